/**
 * For the end of a window: what it was opened from may be gone meanwhile, such as the button of an empty list. Then the focus goes to
 * the page instead of to nothing, so that Tab goes on from there.
 */
export function catchLostFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
  });
}
