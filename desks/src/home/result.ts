/** A line of the record as its bidder may see it. */

import type { Text } from "../wire";

export interface Line {
  i: number;
  t: number;
  type: string;
  accepted: boolean;
  amount: number | null;
  text: Text;
  /** Why a request was refused. */
  reason: Text | null;
}
