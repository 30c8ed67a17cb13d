/** The practice room. */

export const zh = {
  "practice.title": "练习",
  "practice.counts_not": "这里的报价都不算数，也不会进入正式记录。",
  "practice.same": "与正式场次同一份规则文件，哈希",
  "practice.replaced": "与正式场次同一套规则，仅以下条款换成练习用的：{terms}。",
  "practice.bots": "对手是 {n} 个模拟竞买人。",
  "practice.tour": "两分钟导览",
  "practice.skip": "快进到下一时点",
  "practice.again": "再练一次",
  "practice.leave": "结束练习",
  "practice.back": "上一步",
  "practice.on": "下一步",
  "practice.done": "看完了",
  "practice.tour_clock": "倒计时按服务器时间走，以它为准。有人在最后时刻报价时，截止时间可能按规则延后。",
  "practice.tour_price": "这里是当前价和领先者的号牌。断线时它会变灰，并注明是多久以前的。",
  "practice.tour_mine": "这一行告诉您自己的处境：领先、被超过，或者该做什么。",
  "practice.tour_pad": "在这里报价：选快捷金额，或用加减号调整。按下按钮后会显示大写金额，再确认一次才会发出。",
  "practice.tour_answer": "报价的结果总在这里：已发出、已记录、已签名。未受理时会说明原因和可报的金额。",
  "practice.tour_line": "右上角是连接状况。断线会自动重连，您已被记录的报价不会丢失。",
  "practice.tour_history": "全部经过在这里，您的每次报价都可以下载回执。现在试着报一次价。",
} as const;
