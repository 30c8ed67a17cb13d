/**
 * What the room proves to its bidder by itself: requests signed by a key of his own, receipts verified here,
 * checkpoints kept and compared. A record that cannot be true is told loudly; everything else is quiet.
 */

import { onUnmounted, ref, shallowRef } from "vue";
import { Problem, bytes, get } from "../http";
import * as links from "../links";
import { Unable, whyNot } from "../proof/able";
import { Refusal, toBase64, type Bytes } from "../proof/text";
import { who } from "../session";
import type { Accepted, Ask, Escrow, Proof, Refused, WireError } from "../wire";
import { OwnKey } from "./ownKey";
import { Shelves } from "./shelves";
import { Signing, askOf, requestOf, type Signer } from "./signing";
import { FalseRecord, Watch, type House, type Looked, type Memory, type Own } from "./watch";

/** Seconds without a receipt that holds, after which the room says so. */
export const LATE_AFTER = 5;
const AGAIN_MS = [500, 1_000, 2_000, 5_000] as const;
/** So long one answer is waited for, milliseconds: what hangs on a line that was cut would keep every later look from its turn. */
const PATIENCE_MS = 8_000;
/** Between two looks at the record that nobody waits for. */
const PAUSE_MS = 2_000;

/** The request that is waited for, and how far it is proved. */
export interface Followed {
  ask: Ask;
  looked: Looked | null;
  late: boolean;
}

export function useProof(auction: string, send: (ask: Ask) => boolean) {
  const followed = shallowRef<Followed | null>(null);
  const fork = shallowRef<FalseRecord | null>(null);
  const alone = ref<boolean | null>(null);
  /** Why this browser can verify nothing: then the centre's word is all there is, and the room says so. */
  const unable = shallowRef<Unable | null>(null);
  const name = (): string => `${who.value?.account ?? ""}/${links.shelf(auction)}`;
  const signing = new Signing({ key: async () => OwnKey.of(await Shelves.open(), name()), send });
  let signer: Signer | null = null;
  let compared = false;
  /** Offers are made in the clear here, and the record has published it so. */
  let plain = false;
  let watch: Promise<Watch> | null = null;
  let lateTimer: ReturnType<typeof setTimeout> | undefined;
  let wanted: number | null = null;
  let looking = false;
  let gone = false;
  let hasten: () => void = () => undefined;

  /** Who asks here, and how the room says that offers are sealed; `over`: nothing will be asked any more. */
  function seated(next: Signer, escrow: Escrow | null, over: boolean): void {
    signer = next;
    if (over) return;
    void signing.seated(next);
    if (!compared) void compare(escrow);
    compared = true;
  }

  /** Before anything is offered, so that nobody who bids has to wait for it. */
  async function compare(escrow: Escrow | null): Promise<void> {
    for (let tries = 0; !gone && fork.value === null && !(await sealed(escrow)); tries += 1) await pause(again(tries));
  }

  /**
   * Whether offers are sealed as the record has published it, or this browser cannot tell and says so.
   * False: it is not so, or the house does not show it now.
   */
  async function sealed(escrow: Escrow | null): Promise<boolean> {
    const same = (await watched((eye) => eye.sealed(escrow).then(() => true))) ?? unable.value !== null;
    plain ||= same && escrow === null;
    return same;
  }

  /** Begins to follow a request that is about to leave. */
  function follow(ask: Ask): void {
    if (followed.value?.ask.ref === ask.ref) return;
    followed.value = { ask, looked: null, late: false };
    clearTimeout(lateTimer);
    lateTimer = setTimeout(() => {
      if (followed.value && followed.value.looked === null && unable.value === null) followed.value = { ...followed.value, late: true };
    }, LATE_AFTER * 1000);
  }

  /** There will be no receipt: the request never reached the auction. */
  function unfollow(ref: string): void {
    if (followed.value?.ask.ref === ref) followed.value = null;
  }

  /** The request as it goes out, signed where there is a key; null where this browser may not ask. */
  async function signed(ask: Ask): Promise<Ask | null> {
    const out = await signing.signed(ask);
    if (out && followed.value?.ask.ref === ask.ref) followed.value = { ...followed.value, ask: out };
    return out;
  }

  /** Verifies the receipt of the followed request, as often as it takes. */
  async function recorded(ask: Ask, index: number, accepted: boolean | null): Promise<Looked | null> {
    const { ref } = ask;
    for (let tries = 0; !gone && fork.value === null && unable.value === null; tries += 1) {
      const looked = signer && (await look(index, { request: requestOf(ask, signer), accepted }));
      if (looked !== null) {
        if (followed.value?.ask.ref === ref) followed.value = { ...followed.value, looked, late: false };
        return looked;
      }
      // Once there is a line again it is looked at without waiting for the next turn.
      await Promise.race([pause(again(tries)), new Promise<void>((go) => (hasten = go))]);
    }
    return null;
  }

  /** The house says that own entries went on; the newest is looked at, soon and not too often. */
  async function grew(frame: Proof): Promise<void> {
    const seen = followed.value?.looked ?? null;
    const newer = frame.signed - 1 > (seen?.index ?? -1);
    const more = seen !== null && !seen.witnessed && (frame.witnessed ?? 0) > seen.index;
    wanted = more ? seen.index : newer ? frame.signed - 1 : wanted;
    if (looking) return;
    looking = true;
    while (wanted !== null && !gone && fork.value === null && unable.value === null) {
      const index = wanted;
      wanted = null;
      const looked = await look(index);
      if (looked === null) wanted ??= index;
      else if (followed.value?.looked?.index === index) followed.value = { ...followed.value, looked };
      if (wanted !== null || looked === null) await pause(PAUSE_MS);
    }
    looking = false;
  }

  async function look(index: number, own: Own | null = null): Promise<Looked | null> {
    const looked = await watched((eye) => eye.look(index, own));
    if (looked !== null) alone.value = looked.alone;
    return looked;
  }

  /** What was found; null where nobody can tell now, this browser never can, or the record is false. */
  async function watched<T>(work: (eye: Watch) => Promise<T>): Promise<T | null> {
    try {
      unable.value ??= await whyNot();
      if (unable.value !== null) return null;
      watch ??= watching();
      return await work(await watch);
    } catch (thrown) {
      if (thrown instanceof FalseRecord) fork.value = thrown;
      else if (thrown instanceof Unable) unable.value = thrown;
      else if (!(thrown instanceof Problem || thrown instanceof Refusal)) console.warn(thrown);
      return null;
    }
  }

  async function watching(): Promise<Watch> {
    const empty: Memory = { policy: null, notes: [] };
    try {
      const shelves = await Shelves.open();
      return new Watch(house(auction), (await shelves.get<Memory>("seen", name())) ?? empty, (memory) => shelves.put("seen", name(), memory));
    } catch {
      // Nothing can be kept here: what is seen in this visit is compared all the same.
      return new Watch(house(auction), empty, () => Promise.resolve());
    }
  }

  /** The request as it was sent, whole enough for anybody to check its signature. */
  function complaint(ask: Ask): string {
    const request = { log: signer?.origin, actor: `bidder:${signer?.bidder}`, ref: ask.ref, kind: ask.type, ask: askOf(ask) };
    const own = ask.sig === undefined ? null : { key: ask.key, sig: ask.sig, alg: signing.own?.alg, public: signing.own?.key };
    return `${JSON.stringify({ what: "bidding/command/v1", ...request, ...own }, null, 1)}\n`;
  }

  onUnmounted(() => {
    gone = true;
    clearTimeout(lateTimer);
  });

  return {
    followed,
    fork,
    alone,
    unable,
    standing: signing.standing,
    seated,
    follow,
    unfollow,
    signed,
    sealed,
    /** Whether an amount may leave in the clear without more. */
    plain: (): boolean => plain,
    recorded,
    grew,
    complaint,
    reconnected(): void {
      signing.reconnected();
      hasten();
    },
    takes: (frame: Accepted | Refused | WireError): boolean => signing.answered(frame),
    /** This browser may ask nothing: its bidder signs elsewhere, or the record is false. */
    silent: (): boolean => fork.value !== null || signing.silent,
  };
}

const again = (tries: number): number => AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]!;
const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));

function house(auction: string): House {
  return {
    policy: () => bytes(links.api.policy(auction), PATIENCE_MS),
    receipt: (index) => bytes(links.api.receipt(auction, index), PATIENCE_MS),
    async consistency(from, to) {
      try {
        return (await get<{ proof: string[] }>(links.api.consistency(auction, from, to), PATIENCE_MS)).proof;
      } catch (thrown) {
        if (thrown instanceof Problem && thrown.status === 404) return null;
        throw thrown;
      }
    },
  };
}

/** A file out of bytes, as an address that a link may download. */
export const asFile = (content: Bytes | string): string =>
  `data:application/octet-stream;base64,${toBase64(typeof content === "string" ? new TextEncoder().encode(content) : content)}`;
