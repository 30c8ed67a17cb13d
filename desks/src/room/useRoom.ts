/** The room's page as reactive state: one live connection, what it told us, and the answer to the last ask. */

import { computed, onMounted, onUnmounted, ref, shallowRef, watch } from "vue";
import { seal, type Kept } from "../escrow";
import { Problem, bytes, get, sentenceOf, token } from "../http";
import { both } from "../i18n";
import * as links from "../links";
import type { Notice, Paper } from "../notice";
import { entryOf, parseReceipt } from "../proof/receipt";
import { has, load, who } from "../session";
import type { Ask, Frame, Mine, Refused, Room, Text, Welcome } from "../wire";
import { Feed, monotonic, type Link } from "./feed";
import { KeptOffers } from "./kept";
import { PendingAsks, RESEND_WITHIN_MS, newRef, type Pending } from "./pending";
import { lastMinute } from "./amounts";
import * as state from "./state";
import { useProof } from "./useProof";
import type { Looked } from "./watch";

export type Progress = "sent" | "retrying" | "logged" | "signed" | "witnessed" | "refused" | "error" | "lost" | "unsent";

export interface LastAnswer {
  ask: Ask;
  progress: Progress;
  i: number | null;
  t: number | null;
  sentence: Text | null;
  clause: Text | null;
  nearest: number[];
  /** Its receipt, verified here. */
  looked: Looked | null;
}

/** Answers that ask for another try: they stand until it is made. */
const NOT_TAKEN: ReadonlySet<Progress> = new Set(["refused", "error", "unsent"]);

/** Whether a refusal is of a time that is over: bidding was suspended since, or the stage or its round is another one. */
export function outdated(answer: Pick<LastAnswer, "progress" | "t"> | null, room: Pick<Room, "status" | "stage" | "suspended"> | null, now: number | null): boolean {
  if (answer === null || answer.t === null || !NOT_TAKEN.has(answer.progress) || room === null || now === null) return false;
  if (room.status === "suspended") return room.suspended !== null && answer.t < room.suspended.since;
  return room.status === "running" && room.stage !== null && room.stage.opens <= now && answer.t < room.stage.opens;
}

type Verdict = Partial<Pick<Refused, "i" | "t" | "sentence" | "clause" | "nearest">>;

/** Who is busy is asked ever less often; who recovers has a successor within two seconds. */
const RETRY_MS = { busy: [400, 800, 1_600, 3_000], recovering: [400, 600, 800] } as const;

export function useRoom(auction: string) {
  const knowledge = shallowRef(state.nothing());
  const welcome = shallowRef<Welcome | null>(null);
  const link = shallowRef<Link>({ state: "connecting", again: false });
  const failure = shallowRef<Text | null>(null);
  const mine = shallowRef<Mine | null>(null);
  const papers = shallowRef<readonly Paper[]>([]);
  const answer = shallowRef<LastAnswer | null>(null);
  const local = ref(monotonic());
  const meter = shallowRef<{ trip: number | null; uncertainty: number | null; heard: number | null }>({
    trip: null,
    uncertainty: null,
    heard: null,
  });
  const retries = new Map<string, number>();
  let pending: PendingAsks | null = null;
  let keeper: KeptOffers | null = null;

  const feed = new Feed(
    {
      address: links.stream(location),
      auction,
      csrf: () => (who.value?.account ? token() : null),
      // Each channel's story from its first line, so that history and chart are whole.
      cursors: () => ({ ...beginnings(), ...knowledge.value.cursors }),
      matters: () => room.value !== null && !state.isOver(room.value),
    },
    {
      link(next) {
        if (next.state === "ended" && next.why === "forbidden") void lookAgain();
        else link.value = next;
      },
      frame: (frame) => take(frame),
      heard() {
        meter.value = { trip: feed.clock.trip, uncertainty: feed.clock.uncertainty, heard: feed.lastHeard };
      },
    },
  );

  const proof = useProof(auction, (ask) => feed.send(ask));
  const silent = computed(() => proof.silent());
  watch(proof.followed, (followed) => {
    const { looked } = followed ?? {};
    if (!looked || answer.value?.ask.ref !== followed?.ask.ref || !answer.value) return;
    const { progress } = answer.value;
    const further = progress === "logged" || progress === "signed" ? (looked.witnessed ? "witnessed" : "signed") : progress;
    answer.value = { ...answer.value, progress: further, looked };
  });

  const channels = computed(() => welcome.value?.channels ?? ["public"]);
  const room = computed(() => state.shown(knowledge.value, channels.value));
  const you = computed(() => knowledge.value.you);
  const events = computed(() => knowledge.value.events);
  const live = computed(() => link.value.state === "live");
  const now = computed(() => feed.clock.now(local.value));

  /** What is no more of use to the next bid must not lie over it. */
  function setAside(): void {
    if (answer.value !== null && NOT_TAKEN.has(answer.value.progress)) answer.value = null;
  }
  const past = computed(() => outdated(answer.value, room.value, now.value));
  watch(past, (is) => is && setAside());

  /** Turned away at hello, or let in as a stranger: the sign-in is over, or its token has changed under this page. */
  async function lookAgain(): Promise<void> {
    const [account, csrf] = [who.value?.account ?? null, token()];
    try {
      await load();
    } catch {
      // The address is not to be trusted with more than this one try.
    }
    if (account !== null && who.value?.account == null) {
      feed.close();
      link.value = { state: "ended", why: "signed_out" };
    } else if (token() !== csrf) feed.open();
    else if (link.value.state !== "live") link.value = { state: "ended", why: "forbidden" };
  }

  function beginnings(): Record<string, number> {
    const from: Record<string, number> = { public: 0 };
    if (has("staff") || has("approver")) from["staff"] = 0;
    else if (has("auditor")) from["auditor"] = 0;
    if (mine.value?.bidder) from[`bidder:${mine.value.bidder}`] = 0;
    return from;
  }

  function take(frame: Frame): void {
    switch (frame.type) {
      case "welcome":
        if (frame.role === "public" && welcome.value && welcome.value.role !== "public") void lookAgain();
        welcome.value = frame;
        if (frame.bidder === null) knowledge.value = state.unseated(knowledge.value);
        pending = new PendingAsks(localStorage, `daylight.pending.${links.shelf(auction)}.${frame.bidder ?? "public"}`);
        proof.reconnected();
        keeper = new KeptOffers(localStorage, `daylight.sealed.${links.shelf(auction)}.${frame.bidder ?? "public"}`);
        void resume();
        break;
      case "snapshot":
        knowledge.value = state.snapshot(knowledge.value, frame);
        break;
      case "events": {
        const folded = state.events(knowledge.value, frame);
        knowledge.value = folded.next;
        if (folded.gap) feed.resync();
        break;
      }
      case "you":
        knowledge.value = state.you(knowledge.value, frame);
        if (room.value) proof.seated({ origin: room.value.origin, bidder: frame.bidder, keys: frame.keys }, room.value.escrow ?? null, state.isOver(room.value));
        break;
      case "proof":
        void proof.grew(frame);
        break;
      case "accepted":
        if (!proof.takes(frame)) settle(frame.ref, "logged", frame, true);
        break;
      case "refused":
        if (!proof.takes(frame)) settle(frame.ref, "refused", frame, false);
        break;
      case "retry":
        retry(frame.ref, frame.why === "recovering" ? "recovering" : "busy");
        break;
      case "error":
        if (frame.ref !== null && !proof.takes(frame)) settle(frame.ref, "error", { sentence: frame.sentence });
        break;
      case "time":
        break;
    }
  }

  /** `accepted`: what the house says came of it; null where it has not said. */
  function settle(ref: string, progress: Progress, frame: Verdict, accepted: boolean | null = null): void {
    retries.delete(ref);
    const kept = pending?.answered(ref);
    const ask = kept?.ask ?? (answer.value?.ask.ref === ref ? answer.value.ask : null);
    if (!ask) return;
    answer.value = {
      ask,
      progress,
      i: frame.i ?? null,
      t: frame.t ?? null,
      sentence: frame.sentence ?? null,
      clause: frame.clause ?? null,
      nearest: frame.nearest ?? [],
      looked: null,
    };
    if (frame.i !== undefined) void proof.recorded(ask, frame.i, accepted);
    else if (progress === "error") proof.unfollow(ref);
  }

  function retry(ref: string, why: keyof typeof RETRY_MS): void {
    const kept = pending?.list().find((p) => p.ask.ref === ref);
    if (!kept) return;
    const count = retries.get(ref) ?? 0;
    retries.set(ref, count + 1);
    show(kept.ask, "retrying");
    setTimeout(() => {
      if (pending?.list().some((p) => p.ask.ref === ref)) void again(kept);
    }, RETRY_MS[why][Math.min(count, RETRY_MS[why].length - 1)]);
  }

  /** After a connection was lost: what is young is sent again under its ref, what is old is only looked up. */
  async function resume(): Promise<void> {
    for (const kept of pending?.list() ?? []) await again(kept);
  }

  /** Asked only where the house has been heard. */
  const serverMs = (): number => Math.floor((feed.clock.now(monotonic()) ?? 0) / 1000);

  async function again(kept: Pending): Promise<void> {
    proof.follow(kept.ask);
    const age = serverMs() - kept.sent;
    if (age >= 0 && age <= RESEND_WITHIN_MS) {
      show(kept.ask, "retrying");
      feed.send(kept.ask);
      return;
    }
    try {
      const receipt = parseReceipt(await bytes(links.api.receiptByRef(auction, kept.ask.ref)));
      // What came of it stands in the entry; whether that is the log's is looked at as with any answer.
      const { type, t } = entryOf(receipt);
      const refused = type.endsWith(".refused");
      settle(kept.ask.ref, refused ? "refused" : "logged", { i: Number(receipt.index), t }, !refused);
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.status === 404) settle(kept.ask.ref, "unsent", {});
      else show(kept.ask, "lost");
    }
  }

  function show(ask: Ask, progress: Progress): void {
    answer.value = { ask, progress, i: null, t: null, sentence: null, clause: null, nearest: [], looked: null };
  }

  function ask(wish: Omit<Ask, "ref">): void {
    // Where offers are sealed the amount itself never leaves the page.
    if (wish.type === "bid" && you.value?.actions.ask === "seal") void sealAndSend(wish);
    else if (wish.type === "bid" && !proof.plain()) void sendPlain(wish);
    else send(wish);
  }

  /** A house that asks for a plain offer where sealed ones were published would read it: first the record, then the offer. */
  async function sendPlain(wish: Omit<Ask, "ref">): Promise<void> {
    if (await proof.sealed(room.value?.escrow ?? null)) send(wish);
    else if (proof.fork.value === null) failed("seal.unproved", { ...wish, ref: newRef() });
  }

  async function sealAndSend(wish: Omit<Ask, "ref">): Promise<void> {
    const { escrow, auction: named } = room.value ?? {};
    const bidder = you.value?.bidder;
    if (!escrow || named === undefined || bidder === undefined || wish.amount === undefined) return;
    // Whoever can choose to whose keys it is sealed can read it.
    if (!(await proof.sealed(escrow))) {
      if (proof.fork.value === null) failed("seal.unproved");
      return;
    }
    const offer = { auction: named, lot: wish.lot ?? "", bidder, price: wish.amount, unit: escrow.unit };
    try {
      const made = await seal(offer, escrow.trustees.map((trustee) => trustee.public), escrow.threshold);
      keeper?.keep(made.sealed.commit, made.kept);
      send({ type: "seal", ...made.sealed, lot: wish.lot ?? null });
    } catch {
      failed("seal.failed");
    }
  }

  /** What opens a sealed offer, if this browser sealed it. */
  const keptOf = (commit: string): Kept | null => keeper?.of(commit) ?? null;

  function reveal(plain: boolean): void {
    const kept = you.value?.sealed ? keptOf(you.value.sealed.commit) : null;
    if (kept) send({ type: "reveal", secret: plain ? null : kept.key, plain: plain ? kept.plain : null });
  }

  function failed(why: "seal.failed" | "seal.unproved" | "key.blocked", asked: Ask = { type: "seal", ref: newRef() }): void {
    show(asked, "error");
    if (answer.value) answer.value = { ...answer.value, sentence: both(why) };
  }

  function send(wish: Omit<Ask, "ref">): void {
    const full: Ask = { ...wish, ref: newRef() };
    show(full, "sent");
    proof.follow(full);
    void dispatch(full);
  }

  /** Signed first where this browser has a key, then kept, then sent: what is sent again later is the same to the letter. */
  async function dispatch(full: Ask): Promise<void> {
    const out = await proof.signed(full);
    if (out === null) {
      proof.unfollow(full.ref);
      return failed("key.blocked", full);
    }
    pending?.keep({ ask: out, sent: serverMs() });
    if (!feed.send(out)) show(out, "lost");
  }

  async function begin(): Promise<void> {
    try {
      await load();
      const found = await get<{ room: Room; document: Notice["document"]; mine?: Mine | null }>(links.api.auction(auction));
      knowledge.value = state.seeded(knowledge.value, found.room);
      papers.value = found.document.papers ?? [];
      mine.value = found.mine ?? null;
      feed.open();
    } catch (thrown) {
      failure.value = sentenceOf(thrown);
    }
  }

  async function learnMine(): Promise<void> {
    mine.value = (await get<{ mine?: Mine | null }>(links.api.auction(auction))).mine ?? null;
  }

  // Where his deposit goes is his alone to know, and asked for as soon as it is due.
  watch(
    () => you.value?.deposit.ok,
    (ok) => {
      if (ok === false && !mine.value?.pay) void learnMine().catch(() => undefined);
    },
  );

  const tick = setInterval(() => (local.value = monotonic()), 100);
  const seen = (): void => {
    if (document.visibilityState === "visible") feed.distrust();
  };
  const online = (): void => feed.distrust();
  const offline = (): void => feed.cut();
  // A bidder's line is watched closely in the last minute, and while he waits for an answer.
  const hurry = computed(() => you.value !== null && ((room.value !== null && lastMinute(room.value, now.value)) || answer.value?.progress === "sent" || answer.value?.progress === "retrying"));
  watch(hurry, (on) => feed.hasten(on));

  onMounted(() => {
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    void begin();
  });
  onUnmounted(() => {
    clearInterval(tick);
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("online", online);
    window.removeEventListener("offline", offline);
    feed.close();
  });

  return { auction, room, you, events, welcome, link, live, now, local, meter, answer, failure, mine, papers, proof, silent, ask, setAside, reveal, keptOf, learnMine, reopen: () => feed.open() };
}

export type RoomState = ReturnType<typeof useRoom>;
