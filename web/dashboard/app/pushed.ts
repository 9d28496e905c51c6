let pushed = false;

/** Whether the server tells this browser by itself: then pages need not. */
export const isPushed = (): boolean => pushed;

export function setPushed(next: boolean): void {
  pushed = next;
}
