/**
 * Signing every request once a key is enrolled. A browser that cannot sign or keep a key says so,
 * and bids unsigned only while its bidder has enrolled no key at all.
 */

import { shallowRef } from "vue";
import type { Request } from "../proof/commandKey";
import { newRef } from "./pending";
import type { OwnKey } from "./ownKey";
import type { Accepted, Ask, Refused, Text, WireError } from "../wire";

export type Standing =
  | { state: "idle" }
  | { state: "making" }
  | { state: "ready"; key: string }
  | { state: "unable" }
  | { state: "blocked" }
  | { state: "refused"; why: Text };

export interface Signer {
  origin: string;
  bidder: string;
  /** The keys the house knows of this bidder. */
  keys: readonly string[];
}

export interface Wiring {
  /** This account's key for this auction; throws where the browser can make or keep none. */
  key(): Promise<OwnKey>;
  send(ask: Ask): boolean;
}

/** Every field that the log holds of a request, with what stands there when it is left out. */
const FIELDS: Record<Ask["type"], Record<string, unknown>> = {
  bid: { amount: null, lot: null, quantity: null, stage: null, slot: null },
  confirm: { answer: null },
  stay: { round: null, quantity: null, slot: null },
  leave: { round: null },
  proxy: { limit: null },
  seal: { commit: null, box: null, k: null, shares: null, lot: null },
  reveal: { secret: null, plain: null },
  enrol: { alg: null, public: null },
};

/** How long a request waits for a key that is being enrolled. */
const PATIENCE_MS = 5_000;

/** What of a request is signed: all but how it travels. */
export function askOf(ask: Ask): Record<string, unknown> {
  const given = ask as unknown as Record<string, unknown>;
  return Object.fromEntries(Object.entries(FIELDS[ask.type]).map(([name, absent]) => [name, given[name] ?? absent]));
}

/** The request itself, as it is signed and as the log has it. */
export function requestOf(ask: Ask, { origin, bidder }: Signer): Request {
  return { log: origin, actor: `bidder:${bidder}`, ref: ask.ref, kind: ask.type, ask: askOf(ask) };
}

export class Signing {
  readonly standing = shallowRef<Standing>({ state: "idle" });
  private key: OwnKey | null = null;
  private signer: Signer | null = null;
  private enrolling: string | null = null;
  private busy = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly wiring: Wiring) {}

  /** What the house last said of this bidder; brings the key in where it does not know it yet. */
  async seated(signer: Signer): Promise<void> {
    this.signer = signer;
    if (this.busy || this.enrolling !== null) return;
    this.busy = true;
    try {
      await this.settle(signer);
    } finally {
      this.busy = false;
    }
  }

  /** A new connection: what was asked on the old one may be lost, and asking twice does no harm. */
  reconnected(): void {
    this.enrolling = null;
    if (this.standing.value.state === "making") this.standing.value = { state: "idle" };
  }

  /** Whether the frame answers an enrolment; the rest of the page has nothing to do with it then. */
  answered(frame: Accepted | Refused | WireError): boolean {
    if (frame.ref !== this.enrolling || this.enrolling === null) return false;
    this.enrolling = null;
    if (frame.type === "accepted" || (frame.type === "refused" && frame.reason === "KEY_KNOWN")) this.ready();
    else this.stand({ state: "refused", why: frame.sentence });
    return true;
  }

  /** Whether this browser may ask anything of the house. */
  get silent(): boolean {
    return this.standing.value.state === "blocked" || (this.standing.value.state === "refused" && (this.signer?.keys.length ?? 0) > 0);
  }

  /** The request as it goes out. Null where this bidder must sign and this browser cannot. */
  async signed(ask: Ask): Promise<Ask | null> {
    if (this.standing.value.state === "idle" || this.standing.value.state === "making") await this.decided();
    if (this.silent) return null;
    if (this.standing.value.state !== "ready" || this.key === null || this.signer === null) return ask;
    return this.sign(ask, this.key, this.signer);
  }

  /** The public half of the key that signs here; null where nothing is signed. */
  get own(): { alg: string; key: string } | null {
    return this.key && { alg: this.key.alg, key: this.key.key };
  }

  private async settle(signer: Signer): Promise<void> {
    try {
      this.key ??= await this.wiring.key();
    } catch {
      this.stand({ state: signer.keys.length > 0 ? "blocked" : "unable" });
      return;
    }
    if (signer.keys.includes(this.key.id)) this.ready();
    else if (this.standing.value.state !== "refused" && this.standing.value.state !== "ready") await this.enrol(this.key, signer);
  }

  private async enrol(key: OwnKey, signer: Signer): Promise<void> {
    this.standing.value = { state: "making" };
    const ref = newRef();
    const signed = await this.sign({ type: "enrol", ref, alg: key.alg, public: key.key }, key, signer);
    this.enrolling = ref;
    if (!this.wiring.send(signed)) this.reconnected();
  }

  private async sign(ask: Ask, key: OwnKey, signer: Signer): Promise<Ask> {
    return { ...ask, sig: await key.sign(requestOf(ask, signer)), key: key.id };
  }

  private ready(): void {
    if (this.key) this.stand({ state: "ready", key: this.key.id });
  }

  private stand(next: Standing): void {
    if (next.state !== this.standing.value.state) this.standing.value = next;
    for (const go of this.waiting.splice(0)) go();
  }

  private decided(): Promise<void> {
    return new Promise((go) => {
      this.waiting.push(go);
      setTimeout(go, PATIENCE_MS);
    });
  }
}
