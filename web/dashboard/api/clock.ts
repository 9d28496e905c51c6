/** A second is what the server's word of the time is exact to; less than this is no difference. */
const smallestMs = 3_000;
let offset = 0;

/** Learns from an answer how far this machine's clock is off. */
export function hearTime(date: string | null, sentAt: number): void {
  const server = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(server)) return;
  const now = Date.now();
  // The answer was on its way for a moment: the middle is the best guess. The header leaves the rest of the second out.
  const difference = server + 500 - (sentAt + now) / 2;
  if (Math.abs(difference - offset) > smallestMs) offset = Math.abs(difference) > smallestMs ? difference : 0;
}

/** The time by the server's clock: what it decides by, whatever this machine's clock says. */
export const serverNow = (): number => Date.now() + offset;
