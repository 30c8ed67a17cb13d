/** What the end of an auction is called, alike in the room, in the hall, on the list and at the officers' desk. */

import type { Key } from "./i18n";
import type { After, AuctionLine, Room } from "./wire";

type Ended = Pick<Room | AuctionLine, "status" | "awards" | "after">;

/** Awarded once, and nobody holds it now. */
export const isVacant = (after: After | null): boolean => after?.outcome === "vacant";

/** Over, and whatever was awarded counts for nothing: it fell through, was declared void or terminated. */
export const isOff = (line: Pick<Ended, "status" | "after">): boolean => isVacant(line.after) || line.status === "voided" || line.status === "terminated";

/** Vacant since the winner was excluded: nobody can confirm him. */
export const isBarred = (after: After | null): boolean => isVacant(after) && (after?.fallen.some((one) => one.cause === "excluded") ?? false);

/** Whether the award of this number holds no longer. */
export const isGone = (after: After | null, bidder: string): boolean => after?.vacated.includes(bidder) ?? false;

/** Of an auction that is over; a sale is called one once it is confirmed. */
export function titleOf({ status, awards, after }: Ended): Key {
  if (status === "terminated") return "outcome.terminated";
  if (status === "voided") return "outcome.voided";
  if (awards.length === 0) return "outcome.unsold";
  if (isVacant(after)) return isBarred(after) ? "outcome.barred" : "outcome.vacant";
  return after?.outcome === "provisional" ? "outcome.provisional" : "outcome.sold";
}
