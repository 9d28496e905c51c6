/** How many bars a drawn sound has. */
const bars = 64;
/** More pieces than this are merged two by two, so that a sound of a day costs no more memory than one of a minute. */
const piecesMost = 8192;
/** Longer than any voice message or call; a file that claims more is broken. */
const secondsMost = 7 * 24 * 3600;

export interface Waveform {
  /** 64 values from 0 to 1, the loudest being 1 (all 0 for silence). */
  peaks: number[];
  /** To a tenth. */
  seconds: number;
}

interface Piece {
  end: number;
  weight: number;
}

/** Gathers how loud a sound is, piece by piece. */
export class Loudness {
  private pieces: Piece[] = [];
  private end = 0;

  /** A piece up to `end`, in any unit of time that grows. */
  add(end: number, weight: number): void {
    this.pieces.push({ end, weight });
    this.end = end;
    if (this.pieces.length < piecesMost) return;
    this.pieces = this.pieces
      .filter((_, index) => index % 2 === 1)
      .map((piece, index) => ({ end: piece.end, weight: Math.max(piece.weight, this.pieces[index * 2]!.weight) }));
  }

  /** The sound as bars of the same length; undefined when nothing was gathered or its length is beyond reason. */
  waveform(seconds: number): Waveform | undefined {
    if (!(this.end > 0) || !(seconds > 0) || seconds > secondsMost) return undefined;
    const sums = new Array<number>(bars).fill(0);
    let start = 0;
    for (const { end, weight } of this.pieces) {
      const from = Math.min(Math.floor((start / this.end) * bars), bars - 1);
      const to = Math.max(Math.min(Math.ceil((end / this.end) * bars), bars), from + 1);
      for (let bar = from; bar < to; bar++) sums[bar] = Math.max(sums[bar]!, weight);
      start = end;
    }
    const highest = Math.max(...sums);
    const peaks = highest === 0 ? sums : sums.map((sum) => Math.round((sum / highest) * 1000) / 1000);
    return { peaks, seconds: Math.round(seconds * 10) / 10 };
  }
}
