import type { Log, SequencedEvent } from "../core/ports.js";

interface Options<Reader> {
  events: {
    after(workspaceId: string, seq: number, limit: number): Promise<SequencedEvent[]>;
    last(workspaceId: string): Promise<number>;
  };
  emit(reader: Reader, event: SequencedEvent): void;
  /** Packets that wait to be written to a reader. */
  backlogOf(reader: Reader): number;
  /** The reader does not keep up; it comes back and goes on where it was. */
  tooSlow(reader: Reader): void;
  log: Log;
}

/** Gives readers the events of a workspace: from where they were, in order, each once, without a gap. */
export interface Feeds<Reader> {
  /** Brings a reader up to date and keeps it so. Without `after` it begins with what happens from now on. */
  join(workspaceId: string, reader: Reader, after: number | undefined): Promise<void>;
  leave(workspaceId: string, reader: Reader): void;
  /** There may be new events. */
  look(workspaceId: string): void;
  lookEverywhere(): void;
  /** Resolves once nothing is being read any more. */
  settled(): Promise<void>;
}

interface Feed<Reader> {
  /** Everything up to here was given to the readers. */
  cursor: number;
  readers: Set<Reader>;
  /** One thing at a time: that is what keeps order and gaps away. */
  turn: Promise<void>;
  /** A look is waiting for its turn already. */
  waiting: boolean;
}

const page = 500;
/** Whoever is this close is brought up to date within the feed's turn; before that others need not wait for it. */
const near = 500;
const backlogMost = 2_000;

export function createFeeds<Reader>(options: Options<Reader>): Feeds<Reader> {
  const { events, log } = options;
  const feeds = new Map<string, Feed<Reader>>();

  function feedOf(workspaceId: string): Feed<Reader> {
    const known = feeds.get(workspaceId);
    if (known) return known;
    const feed: Feed<Reader> = { cursor: -1, readers: new Set(), turn: Promise.resolve(), waiting: false };
    feeds.set(workspaceId, feed);
    return feed;
  }

  function inTurn(feed: Feed<Reader>, work: () => Promise<void>): Promise<void> {
    const done = feed.turn.then(work);
    feed.turn = done.catch(() => undefined);
    return done;
  }

  function give(reader: Reader, event: SequencedEvent): boolean {
    if (options.backlogOf(reader) > backlogMost) {
      options.tooSlow(reader);
      return false;
    }
    options.emit(reader, event);
    return true;
  }

  /** Reads on from the cursor and gives what is there to every reader. */
  async function readOn(workspaceId: string, feed: Feed<Reader>): Promise<void> {
    while (feed.readers.size > 0) {
      const next = await events.after(workspaceId, feed.cursor, page);
      for (const event of next) {
        for (const reader of feed.readers) if (!give(reader, event)) feed.readers.delete(reader);
        feed.cursor = event.seq;
      }
      if (next.length < page) return;
    }
  }

  function look(workspaceId: string): void {
    const feed = feeds.get(workspaceId);
    if (!feed || feed.waiting || feed.readers.size === 0) return;
    feed.waiting = true;
    inTurn(feed, async () => {
      feed.waiting = false;
      await readOn(workspaceId, feed);
    }).catch((error: unknown) => log.info("events_not_read", { error: error as Error }));
  }

  return {
    async join(workspaceId, reader, after) {
      const feed = feedOf(workspaceId);
      let seen = after ?? (await events.last(workspaceId));
      // A long way back is gone without holding up the others.
      for (;;) {
        const missed = await events.after(workspaceId, seen, page);
        for (const event of missed) {
          if (!give(reader, event)) return;
          seen = event.seq;
        }
        if (missed.length < near) break;
      }
      await inTurn(feed, async () => {
        // Nobody listens: the feed stands where the last reader left it, and goes on from here.
        if (feed.readers.size === 0) feed.cursor = seen;
        // The others may be behind this reader: they catch up first, so that it gets nothing twice.
        if (seen > feed.cursor) await readOn(workspaceId, feed);
        while (seen < feed.cursor) {
          const missed = await events.after(workspaceId, seen, Math.min(page, feed.cursor - seen));
          for (const event of missed) {
            if (!give(reader, event)) return;
            seen = event.seq;
          }
        }
        feed.readers.add(reader);
      });
      look(workspaceId);
    },

    leave(workspaceId, reader) {
      const feed = feeds.get(workspaceId);
      // In its turn, so that a reader that is just joining leaves after it joined.
      if (feed)
        void inTurn(feed, () => {
          feed.readers.delete(reader);
          return Promise.resolve();
        });
    },

    look,
    lookEverywhere() {
      for (const workspaceId of feeds.keys()) look(workspaceId);
    },
    async settled() {
      await Promise.all([...feeds.values()].map((feed) => feed.turn));
    },
  };
}
