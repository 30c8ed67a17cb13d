/** The hall's screen. */

export const zh = {
  "wall.title": "大屏",
  "wall.offline": "连接中断，正在重连。",
  "wall.more": "另有 {n} 项成交，见结果公示。",
} as const;
