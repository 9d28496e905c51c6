/** Logical sessions: only remembered, so that endSessions and killSessions know them. */

/** MongoDB's `localLogicalSessionTimeoutMinutes`. */
export const sessionTimeoutMinutes = 30;

/** Ids (hex) of the sessions that clients have used lately. */
export class Sessions {
  private readonly lastUse = new Map<string, number>();
  private lastSweep = Date.now();

  get size(): number {
    return this.lastUse.size;
  }

  /** Remembers that a session is in use, and now and then forgets the ones that timed out. */
  touch(id: string): void {
    const now = Date.now();
    this.lastUse.set(id, now);
    if (now - this.lastSweep < 60_000) return;
    this.lastSweep = now;
    for (const [known, used] of this.lastUse) {
      if (now - used > sessionTimeoutMinutes * 60_000) this.lastUse.delete(known);
    }
  }

  end(id: string): void {
    this.lastUse.delete(id);
  }

  /** Sessions with the time of their last use. */
  list(): { id: string; lastUse: Date }[] {
    return [...this.lastUse].map(([id, used]) => ({ id, lastUse: new Date(used) }));
  }
}
