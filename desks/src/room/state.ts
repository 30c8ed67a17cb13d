/**
 * What the room's page knows, folded from the frames of the socket, one channel at a time.
 * Pure: a frame in, the next knowledge out. It holds no rule; patches replace whole keys of the room.
 */

import type { Events, Room, RoomEvent, Snapshot, You } from "../wire";

/** How many past events the page keeps; older ones are in the archive. */
export const KEPT_EVENTS = 2_000;

export interface Knowledge {
  rooms: Record<string, Room>;
  /** The last number seen in each channel: what a new connection asks to go on from. */
  cursors: Record<string, number>;
  /** Newest last, each log entry once, whatever channel it came by. */
  events: RoomEvent[];
  you: You | null;
}

export type Folded = { next: Knowledge; gap: false } | { next: Knowledge; gap: true };

export function nothing(): Knowledge {
  return { rooms: {}, cursors: {}, events: [], you: null };
}

/**
 * The floor as this person sees it: that of the first channel, which hears of every change. A bidder's own
 * channel carries the floor only with his own lines, and his panel says what the floor may not.
 */
export function shown(knowledge: Knowledge, channels: readonly string[]): Room | null {
  return knowledge.rooms[channels[0] ?? "public"] ?? knowledge.rooms["public"] ?? null;
}

/** A room learned over HTTP before the socket spoke. It never replaces what a channel told us. */
export function seeded(knowledge: Knowledge, room: Room): Knowledge {
  if (knowledge.rooms["public"]) return knowledge;
  return { ...knowledge, rooms: { ...knowledge.rooms, public: room } };
}

export function snapshot(knowledge: Knowledge, frame: Snapshot): Knowledge {
  return {
    ...knowledge,
    rooms: { ...knowledge.rooms, [frame.channel]: frame.room },
    cursors: { ...knowledge.cursors, [frame.channel]: frame.n },
  };
}

/**
 * Events append and patch. What we have already is skipped; a hole means something was lost,
 * and the caller must ask for the channel anew.
 */
export function events(knowledge: Knowledge, frame: Events): Folded {
  const cursor = knowledge.cursors[frame.channel] ?? 0;
  if (frame.events.length > 0 && frame.from > cursor + 1) return { next: forget(knowledge, frame.channel), gap: true };
  const fresh = frame.events.filter((event) => event.n > cursor);
  const before = knowledge.rooms[frame.channel] ?? knowledge.rooms["public"];
  const rooms =
    frame.room && before && frame.to >= cursor
      ? { ...knowledge.rooms, [frame.channel]: { ...before, ...frame.room } }
      : knowledge.rooms;
  return {
    next: {
      ...knowledge,
      rooms,
      cursors: { ...knowledge.cursors, [frame.channel]: Math.max(cursor, frame.to) },
      events: merged(knowledge.events, fresh),
    },
    gap: false,
  };
}

export function you(knowledge: Knowledge, mine: You): Knowledge {
  return { ...knowledge, you: mine };
}

export const isOver = (room: Room): boolean => ["closed", "terminated", "voided"].includes(room.status);

/** Let in as a stranger: what only a bidder may do is gone from the page. */
export function unseated(knowledge: Knowledge): Knowledge {
  return { ...knowledge, you: null };
}

/** Drop a channel's cursor, so that the next hello brings a snapshot of it. */
export function forget(knowledge: Knowledge, channel: string): Knowledge {
  const cursors = { ...knowledge.cursors };
  delete cursors[channel];
  return { ...knowledge, cursors };
}

function merged(known: RoomEvent[], fresh: RoomEvent[]): RoomEvent[] {
  if (fresh.length === 0) return known;
  const byIndex = new Map<number, RoomEvent>();
  const loose = new Map<string, RoomEvent>();
  for (const event of [...known, ...fresh]) {
    const name = `${event.t}/${event.type}/${event.who}`;
    if (event.i !== null) {
      if (!byIndex.has(event.i)) byIndex.set(event.i, event);
      // What the sealed floor showed without its number is the same line.
      loose.delete(name);
    } else if (![...byIndex.values()].some((other) => `${other.t}/${other.type}/${other.who}` === name)) {
      loose.set(name, event);
    }
  }
  const out = [...byIndex.values(), ...loose.values()];
  out.sort((a, b) => a.t - b.t || (a.i ?? 0) - (b.i ?? 0) || a.n - b.n);
  return out.slice(-KEPT_EVENTS);
}
