/** Several stretches of keys, each in order, as one. */
import type { Entry } from "./disk.js";

/** Where the entries of one stretch come from; none only at its end. */
export interface Stretch {
  next(limit: number): Entry[];
  /** How many bytes of each key are the same in the whole stretch and say nothing about the order. */
  skip: number;
}

interface Head {
  stretch: Stretch;
  waiting: Entry[];
  at: number;
  /** Read at once: little at first, because much of it may never be asked for. */
  piece: number;
}

const firstPiece = 8;
const largestPiece = 128;

/** Gives the entries of all stretches in the order of what their keys end with. */
export class Merge {
  private readonly heads: Head[];

  constructor(
    stretches: readonly Stretch[],
    private readonly backwards: boolean,
  ) {
    this.heads = stretches.map((stretch) => ({ stretch, waiting: [], at: 0, piece: firstPiece }));
  }

  private filled(head: Head): boolean {
    if (head.at < head.waiting.length) return true;
    head.waiting = head.stretch.next(head.piece);
    head.at = 0;
    head.piece = Math.min(largestPiece, head.piece * 2);
    return head.waiting.length > 0;
  }

  private comesBefore(a: Head, b: Head): boolean {
    const left = a.waiting[a.at]!.key.subarray(a.stretch.skip);
    const right = b.waiting[b.at]!.key.subarray(b.stretch.skip);
    const order = left.compare(right);
    return this.backwards ? order > 0 : order < 0;
  }

  /** The next entries, at most `limit`; none only at the end. */
  next(limit: number): Entry[] {
    const found: Entry[] = [];
    while (found.length < limit) {
      let first: Head | undefined;
      for (const head of this.heads) {
        if (this.filled(head) && (!first || this.comesBefore(head, first))) first = head;
      }
      if (!first) break;
      found.push(first.waiting[first.at]!);
      first.at += 1;
    }
    return found;
  }
}
