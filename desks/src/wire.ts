/**
 * The shapes that cross the wire, as the server's documents describe them.
 * It is not a validator: the server is ours, and a frame of an unknown type is ignored.
 *
 * All instants are microseconds since 1970 UTC, all amounts and areas whole numbers of the smallest unit.
 */

export type Lang = "zh" | "en";

export interface Text {
  zh: string;
  en: string;
}

export interface Unit extends Text {
  scale: number;
  /** How many 分 one smallest unit is worth; null where the figure is not money. */
  fen?: number | null;
}

export type Status = "announced" | "running" | "suspended" | "closed" | "terminated" | "voided";

export interface Stage {
  id: string;
  /** quoting, timed, best, sealed, one_price; gate, claim; clock, rounds, turns; draw, seed, frozen, reserve, panel, read_out, unsealing; or a plug-in's own. */
  kind: string;
  index: number;
  title: Text;
  opens: number;
  closes: number | null;
  extensions: number;
  sealed: boolean;
  /** The number of the round, tick or turn; 0 where there are none. */
  round: number;
  /** The price that a clock names. */
  price: number | null;
}

export interface Lot {
  id: string;
  title: Text;
  quantity: number | null;
}

export interface Offer {
  bidder: string;
  lot: string | null;
  /** Which of his offers it is, where a bidder may hold several. */
  slot: string | null;
  amount: number;
  quantity: number | null;
  t: number;
  i: number | null;
  in: boolean;
  /** The server made it for the bidder, up to a limit of his. */
  auto?: boolean;
  /** Staff made it for the bidder, at his request. */
  on_behalf?: boolean;
}

export interface Award {
  bidder: string;
  lot: string | null;
  price: number;
  quantity: number | null;
  total: number;
}

/** How offers are sealed here; null where the centre keeps them. */
export interface Escrow {
  mode: "TRUSTEES" | "BIDDER_OPENS";
  threshold: number;
  trustees: { id: string; title: Text; public: string }[];
  /** The unit as it is sealed with the price. */
  unit: string;
}

/** A draw as everybody may watch it: nothing in it is a secret, or counts before it is public. */
export interface Draws {
  what: string | null;
  source: "OFFICERS" | "COMMIT_REVEAL" | "BEACON" | "BALLS";
  /** The source as it was named before anybody could offer. */
  named: Text;
  needed: number;
  parties: { id: string; title: Text; committed: boolean; revealed: boolean }[];
  round: number | null;
  at: number | null;
  /** How many officers have typed what they read off. */
  typed: number;
  awaits: Text | null;
}

export interface Room {
  auction: string;
  origin: string;
  title: Text;
  rule: { name: string; version: string | number; title: Text };
  unit: Unit;
  quantity_unit: Unit | null;
  /** The unit of totals and premiums. */
  settlement_unit: Unit;
  direction: 1 | -1;
  status: Status;
  programme: { id: string; kind: string; title: Text }[];
  stage: Stage | null;
  /** `resumes` is the announced instant of going on; `next` says what it waits for. */
  suspended: { since: number; reason: string; sentence: Text; resumes: number | null; next: Text } | null;
  lots: Lot[];
  /** Each bidder offers on a parcel of his own. */
  own_lots: boolean;
  /** When it begins, while it is only announced. */
  opens: number | null;
  sha256: string;
  start: number | null;
  ceiling: number | null;
  /** The highest price that counts, where offers go down from it. */
  highest?: Text;
  offers: Offer[];
  top: number | null;
  leaders: string[];
  cutoff: number | null;
  quota: { kind: "AREA" | "PARCEL_COUNT"; total: number; used: number | null } | null;
  next: number | null;
  awards: Award[];
  /** Who takes part in a draw, and in which order they were drawn. */
  pool: string[] | null;
  order: string[];
  /** Who may act in the stage, where not everybody may; in the order in which they are asked. */
  entitled: string[] | null;
  draw: DrawState | null;
  unsold: { reason: string; sentence: Text } | null;
  figures: { total: number; premium: number; premium_rate: string | null; unused: number | null; saved?: number; saving_rate?: string | null } | null;
  escrow: Escrow | null;
  /** Trustees whose one-time keys are published. */
  opened_by: string[];
  /** Where chance comes from; null where no lots are drawn. */
  draws: Draws | null;
  terms: { label: Text; value: Text }[];
  entrants: number | null;
  /** Whose admission was withdrawn, as far as this audience may know before the end. */
  excluded: { bidder: string; i: number; t: number; reason: string }[];
  after: After | null;
}

/** What a result is worth now. Awards of `vacated` numbers hold no longer; `fallen` says since when and why. */
export interface After {
  outcome: "provisional" | "confirmed" | "published" | "vacant" | "unsold" | "terminated" | "voided";
  sentence: Text;
  vacated: string[];
  fallen: { cause: "default" | "excluded"; bidder: string; t: number; reason: string; follows: string | null; sentence: Text }[];
}

/** How far a draw is whose source asks something of people or comes out at an hour. */
export interface DrawState {
  what: string;
  round: number | null;
  at: number | null;
  committed: string[];
  revealing: boolean;
  revealed: string[];
}

export type RoomPatch = Partial<Room>;

export interface Fact {
  fact: string;
  [key: string]: unknown;
}

export interface RoomEvent {
  n: number;
  /** Number in the log; null while the stage is sealed. */
  i: number | null;
  t: number;
  type: string;
  who: string | null;
  facts: Fact[];
  text: Text;
  reason?: string;
  sentence?: Text;
  /** On one's own entries, and for those who oversee. */
  ask?: { amount?: number; answer?: boolean; limit?: number | null } | null;
}

export type MyState = "none" | "leading" | "outbid" | "in" | "out" | "quoted" | "won" | "lost" | "waiting" | "answered" | "ended" | "excluded" | "lapsed";

/** What a bidder may do about one slot, where he may hold several offers side by side. */
export interface Line {
  slot: string;
  ask: "bid" | "stay";
  minimum: number | null;
  maximum: number | null;
  step: number | null;
  quick: number[];
  price: number | null;
  quantity_minimum: number | null;
  quantity_maximum: number | null;
  /** What he has offered here in the round that is open. */
  pending: number | null;
  /** An offer of zero takes back what he holds. */
  withdraw: boolean;
  blocked: { reason: string; sentence: Text } | null;
}

/** What a bidder may do now: the very numbers the server will hold him to. */
export interface Actions {
  ask: "bid" | "confirm" | "stay" | "seal" | "reveal" | null;
  minimum: number | null;
  maximum: number | null;
  step: number | null;
  quick: number[];
  /** The least valid amount that gets into the winning set; null for those inside, and where there is no set. */
  enter: number | null;
  /** The least and the most quantity; null where there is none to choose. */
  quantity_minimum: number | null;
  quantity_maximum: number | null;
  blocked: { reason: string; sentence: Text } | null;
  /** The nearest and the farthest limit he may set; null where there are no proxy bids. */
  limits: [number, number] | null;
  /** The round that a stay or leave must name, and its price. */
  round: number | null;
  price: number | null;
  /** The grid of the quantity, counted from its minimum. */
  quantity_step: number | null;
  lines: Line[];
  also: ("take_back" | "leave" | "waive")[];
  /** How many offers he may still make; null: as many as he likes. */
  left: number | null;
  /** What he has offered in the turn that is open. */
  pending: number | null;
  /** The points he may be active on, and those he is active on. */
  points: [number, number] | null;
  waivers: number | null;
  /** A prior right: the price that stands may be offered again. */
  equal: boolean;
}

export interface You {
  bidder: string;
  lot: string | null;
  admitted: boolean;
  deposit: { required: number; paid: number; ok: boolean };
  state: MyState;
  rank: number | null;
  offer: { amount: number; t: number; i: number | null } | null;
  sentence: Text;
  /** His offer that nobody has opened yet. */
  sealed: { commit: string; t: number; i: number } | null;
  /** Up to where the server bids for him; his alone. */
  limit: number | null;
  /** The names of the keys he has enrolled. */
  keys: string[];
  /** All of his offers. */
  offers: Offer[];
  actions: Actions;
}

export interface Welcome {
  type: "welcome";
  v: number;
  auction: string;
  channels: string[];
  role: "bidder" | "public" | "staff" | "auditor";
  bidder: string | null;
  now: number;
  build: string;
}
export interface Snapshot {
  type: "snapshot";
  channel: string;
  n: number;
  room: Room;
}
export interface Events {
  type: "events";
  channel: string;
  from: number;
  to: number;
  events: RoomEvent[];
  room?: RoomPatch;
}
export interface TimeReply {
  type: "time";
  c: number;
  r: number;
  s: number;
}
export interface Accepted {
  type: "accepted";
  ref: string;
  i: number;
  t: number;
  facts: Fact[];
}
export interface Refused {
  type: "refused";
  ref: string;
  i: number;
  t: number;
  reason: string;
  sentence: Text;
  clause: Text | null;
  nearest: number[];
}
export interface Retry {
  type: "retry";
  ref: string;
  why: string;
  sentence: Text;
}
export interface WireError {
  type: "error";
  code: string;
  sentence: Text;
  ref: string | null;
}
/** Own entries below `signed` are under the centre's signature, those below `witnessed` under a quorum's; null: none is asked for. */
export interface Proof {
  type: "proof";
  signed: number;
  witnessed: number | null;
}
export type Frame =
  | Welcome
  | Snapshot
  | Events
  | ({ type: "you" } & You)
  | Proof
  | TimeReply
  | Accepted
  | Refused
  | Retry
  | WireError;

export interface Ask {
  type: "bid" | "confirm" | "stay" | "leave" | "proxy" | "seal" | "reveal" | "enrol";
  ref: string;
  /** The bidder's own signature, and the name of his key. */
  sig?: string;
  key?: string;
  /** With `enrol`: the public key. */
  alg?: string;
  public?: string;
  /** With `stay` and `leave`. */
  round?: number;
  /** With `seal`: base64, and how many of the shares open it. */
  commit?: string;
  box?: string;
  k?: number;
  shares?: string[];
  /** With `reveal`: the key of the box, or in a remedy the plain offer. */
  secret?: string | null;
  plain?: string | null;
  /** With `proxy`: null takes it away. */
  limit?: number | null;
  amount?: number;
  lot?: string | null;
  slot?: string | null;
  quantity?: number | null;
  stage?: string | null;
  answer?: boolean;
}

export interface Me {
  account: string | null;
  name?: string | null;
  roles?: string[];
  csrf: string;
}

export interface AuctionLine {
  auction: string;
  title: Text;
  rule: { name: string; title: Text };
  status: Status;
  stage: Stage | null;
  closes: number | null;
  opens: number | null;
  top: number | null;
  /** The highest price that counts, where offers go down from it. */
  highest: number | null;
  /** The best offer is of somebody excluded since: it stands, and wins nothing. */
  top_excluded: boolean;
  /** The start price, where the terms name one. */
  start: number | null;
  unit: Unit;
  awards: Award[];
  /** Who has signed how it ended; null before its end. While it waits, awards and top are not published. */
  result: "centre" | "waits" | "witnessed" | null;
  /** What a published result comes to, in the settlement unit. */
  figures: { total: number; premium: number; premium_rate: string | null; saved?: number; saving_rate?: string | null } | null;
  settlement_unit: Unit;
  /** Whether the public can verify the archive itself. */
  archive: boolean;
  /** Null before the end, and while the result is not published. */
  after: After | null;
  mine: Mine | null;
}

export interface Mine {
  bidder: string | null;
  lot: string | null;
  admitted: boolean;
  applied: boolean;
  /** His application was declined; he may ask again. */
  declined: boolean;
  /** Whether that would still be in time. */
  again?: boolean;
  deposit: { required: number; paid: number; ok: boolean } | null;
  /** Told of one auction while its deposit is due: until when, null for no deadline; and where to, null where it is too late. */
  pay?: { by: number | null; account: string | null } | null;
}
