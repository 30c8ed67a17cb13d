/**
 * What the room's page knows, folded from the frames of the socket, one channel at a time.
 * Pure: a frame in, the next knowledge out. It holds no rule; patches replace whole keys of the room.
 */

import type { Events, Room, RoomEvent, Snapshot, You } from "../wire";

/** How many past events the page keeps; older ones are in the archive. */
export const KEPT_EVENTS = 500;

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

/** The room as this person may see it: the private channel's view wherever there is one. */
export function shown(knowledge: Knowledge, channels: readonly string[]): Room | null {
  for (const channel of [...channels].reverse()) {
    const room = knowledge.rooms[channel];
    if (room) return room;
  }
  return knowledge.rooms["public"] ?? null;
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

/** Drop a channel's cursor, so that the next hello brings a snapshot of it. */
export function forget(knowledge: Knowledge, channel: string): Knowledge {
  const cursors = { ...knowledge.cursors };
  delete cursors[channel];
  return { ...knowledge, cursors };
}

function merged(known: RoomEvent[], fresh: RoomEvent[]): RoomEvent[] {
  const out = [...known];
  for (const event of fresh) {
    const twin = out.findIndex((other) => same(other, event));
    if (twin < 0) out.push(event);
    else if (out[twin]?.i === null && event.i !== null) out[twin] = event;
  }
  out.sort((a, b) => a.t - b.t || (a.i ?? 0) - (b.i ?? 0) || a.n - b.n);
  return out.slice(-KEPT_EVENTS);
}

function same(a: RoomEvent, b: RoomEvent): boolean {
  if (a.i !== null && b.i !== null) return a.i === b.i;
  return a.t === b.t && a.type === b.type && a.who === b.who;
}
