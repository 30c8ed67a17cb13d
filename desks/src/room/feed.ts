/**
 * The live connection of one room: hello with cursors, clock exchanges, asks with their refs, and coming back by itself.
 * It judges nothing: frames go to the page, which folds them.
 */

import { ServerClock } from "../time";
import type { Ask, Frame, Welcome } from "../wire";

export type Link =
  /** `again`: there was a line, or a try, before this one. */
  | { state: "connecting"; again: boolean }
  | { state: "live" }
  /** `next` is a reading of the page's monotonic clock, microseconds. */
  | { state: "waiting"; next: number }
  | { state: "ended"; why: "signed_out" | "forbidden" | "unknown_auction" | "unreadable" };

export interface FeedEvents {
  link(link: Link): void;
  frame(frame: Frame): void;
  /** Each clock exchange, and each frame heard. */
  heard(): void;
}

export interface Wiring {
  address: string;
  auction: string;
  csrf(): string | null;
  cursors(): Record<string, number> | null;
  /** Whether what is shown still goes on, so that every second away may cost somebody something. */
  matters(): boolean;
}

const FIRST_EXCHANGES = 5;
const FIRST_EVERY_MS = 300;
/** Silence of two exchanges and some is a dead line even if the socket has not noticed. */
const CALM = { every: 5_000, silence: 12_000 } as const;
/** Where seconds count, whoever may bid must know sooner that nothing of his would arrive. */
const BRISK = { every: 1_500, silence: 4_000 } as const;
/** While an answer is due: a machine that stands still closes nothing by itself, and another has taken over by then. */
const ASKED = { every: 750, silence: 2_000 } as const;
/** On a slow line silence means nothing before so many of its trips have passed. */
const TRIPS = 4;
/** Close together at first: another node takes over within two seconds. */
const BACKOFF_MS = [250, 500, 800, 1_200, 2_000, 4_000, 8_000, 15_000] as const;

/** The longest pause while it matters: who comes back later may find the seconds gone that were given back to him. */
const SOON_MS = 2_000;

/** Microseconds of a clock that never goes back. */
export function monotonic(): number {
  return Math.round(performance.now() * 1000);
}

export class Feed {
  readonly clock = new ServerClock();
  welcome: Welcome | null = null;
  lastHeard: number | null = null;
  private socket: WebSocket | null = null;
  private tries = 0;
  private exchanges = 0;
  private pace: typeof CALM | typeof BRISK = CALM;
  /** Something was asked on this line, and nothing was said to it yet. */
  private asked = false;
  private beat: ReturnType<typeof setTimeout> | undefined;
  private wake: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(
    private readonly wiring: Wiring,
    private readonly events: FeedEvents,
  ) {}

  open(): void {
    clearTimeout(this.wake);
    this.stopped = false;
    this.welcome = null;
    this.exchanges = 0;
    this.events.link({ state: "connecting", again: this.tries > 0 });
    if (this.socket) {
      this.socket.onclose = null;
      this.socket.close(1000);
    }
    const socket = new WebSocket(this.wiring.address);
    this.socket = socket;
    socket.onopen = () => {
      socket.send(
        JSON.stringify({
          type: "hello",
          v: 1,
          auction: this.wiring.auction,
          csrf: this.wiring.csrf(),
          cursors: this.wiring.cursors(),
        }),
      );
    };
    socket.onmessage = (message) => this.read(socket, message);
    socket.onclose = (event) => this.lost(socket, event.code);
    this.armSilence(socket);
  }

  /** For good: the page is leaving. */
  close(): void {
    this.stopped = true;
    clearTimeout(this.beat);
    clearTimeout(this.wake);
    this.socket?.close(1000);
  }

  /** The machine slept or the network changed: what the samples said may no longer hold. */
  distrust(): void {
    this.clock.forget();
    this.exchanges = 0;
    if (this.welcome) this.exchange();
    else if (!this.stopped && this.tries > 0) this.open();
  }

  /** The machine says that it has no network: the line is gone, whatever the socket believes. */
  cut(): void {
    if (this.socket !== null && !this.stopped) this.drop(this.socket);
  }

  /** Whether seconds count now. */
  hasten(on: boolean): void {
    const pace = on ? BRISK : CALM;
    if (pace === this.pace) return;
    this.pace = pace;
    if (this.socket === null || this.welcome === null) return;
    this.armSilence(this.socket);
    this.exchange();
  }

  /** Start the channels again from scratch. */
  resync(): void {
    this.tries = 0;
    this.socket?.close(1000);
  }

  /** False when there is no live line: the caller keeps the ask and sends it on the next welcome. */
  send(ask: Ask): boolean {
    if (!this.welcome || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(ask));
    this.asked = true;
    this.exchange();
    this.armSilence(this.socket);
    return true;
  }

  private read(socket: WebSocket, message: MessageEvent): void {
    if (socket !== this.socket || typeof message.data !== "string") return;
    const local = monotonic();
    this.lastHeard = local;
    const frame = JSON.parse(message.data) as Frame;
    if (frame.type === "accepted" || frame.type === "refused" || frame.type === "retry" || frame.type === "error") this.asked = false;
    this.armSilence(socket);
    if (frame.type === "time") {
      this.clock.add({ sent: frame.c, serverReceived: frame.r, serverSent: frame.s, received: local });
    } else if (frame.type === "welcome") {
      this.welcome = frame;
      this.tries = 0;
      this.clock.passed(frame.now, local);
      this.events.link({ state: "live" });
      this.exchange();
    } else if (frame.type === "accepted" || frame.type === "refused") {
      this.clock.passed(frame.t, local);
    }
    this.events.frame(frame);
    this.events.heard();
  }

  private exchange(): void {
    clearTimeout(this.beat);
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({ type: "time", c: monotonic() }));
    this.exchanges += 1;
    const every = this.asked ? ASKED.every : this.pace.every;
    this.beat = setTimeout(() => this.exchange(), this.exchanges < FIRST_EXCHANGES ? FIRST_EVERY_MS : every);
  }

  private silence: ReturnType<typeof setTimeout> | undefined;

  private armSilence(socket: WebSocket): void {
    clearTimeout(this.silence);
    const patience = Math.max(ASKED.silence, ASKED.every + (TRIPS * (this.clock.trip ?? 0)) / 1000);
    this.silence = setTimeout(() => this.drop(socket), this.asked ? Math.min(patience, this.pace.silence) : this.pace.silence);
  }

  private drop(socket: WebSocket): void {
    if (socket !== this.socket) return;
    socket.onclose = null;
    socket.close();
    this.lost(socket, 1006);
  }

  private lost(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.welcome = null;
    this.asked = false;
    clearTimeout(this.beat);
    clearTimeout(this.silence);
    if (this.stopped) return;
    if (code === 4401 || code === 4409) return this.end("signed_out");
    if (code === 4403) return this.end("forbidden");
    if (code === 4404) return this.end("unknown_auction");
    if (code === 4503) return this.end("unreadable");
    const further = BACKOFF_MS[Math.min(this.tries, BACKOFF_MS.length - 1)] as number;
    const step = this.wiring.matters() ? Math.min(further, SOON_MS) : further;
    this.tries += 1;
    // Spread out, so that a thousand pages do not come back in the same instant.
    const wait = code === 1000 ? 50 : Math.round(step * (0.75 + Math.random() * 0.5)) + (code === 4429 ? 5_000 : 0);
    this.wake = setTimeout(() => this.open(), wait);
    this.events.link({ state: "waiting", next: monotonic() + wait * 1000 });
  }

  private end(why: (Link & { state: "ended" })["why"]): void {
    this.stopped = true;
    this.events.link({ state: "ended", why });
  }
}
