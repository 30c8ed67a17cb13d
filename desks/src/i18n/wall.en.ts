/** The hall's screen. */

export const en = {
  "wall.title": "Hall screen",
  "wall.offline": "The line is down and is being taken up again.",
  "wall.more": "{n} more {n|award is|awards are} in the published result.",
} as const;
