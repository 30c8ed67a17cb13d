/** The practice room. */

export const en = {
  "practice.title": "Practice",
  "practice.counts_not": "Nothing here counts, and none of it enters a real record.",
  "practice.same": "The same rule document as the real session, hash",
  "practice.replaced": "The same rules as the real session, but for these terms: {terms}.",
  "practice.bots": "You bid against {n} played bidders.",
  "practice.tour": "Two-minute tour",
  "practice.skip": "Go on to what comes next",
  "practice.again": "Practise again",
  "practice.leave": "End practice",
  "practice.back": "Back",
  "practice.on": "Next",
  "practice.done": "Done",
  "practice.tour_clock": "The countdown follows the server's time, and that alone counts. An offer near the end may move it, as the rules say.",
  "practice.tour_price": "The price that stands, and whose paddle leads. Without a line it turns grey and says how old it is.",
  "practice.tour_mine": "This line tells where you stand: leading, outbid, or what to do.",
  "practice.tour_pad": "Bid here: a quick amount, or plus and minus. The button shows the amount in words; confirm it, and only then is it sent.",
  "practice.tour_answer": "What became of your bid is always here: sent, logged, signed. A refusal gives the reason and what you could bid.",
  "practice.tour_line": "At the top is your line. It comes back by itself, and what was logged is never lost.",
  "practice.tour_history": "The whole course is here, with a receipt for each of your bids. Now try one.",
} as const;
