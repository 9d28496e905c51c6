/** What the launcher tells people: one line a step, progress for what takes longer, one sentence for what cannot be. */

/** Ends the launcher with one sentence and exit code 1. */
export class Stop extends Error {}

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Runs a step; says so when it takes over a second, and again when it is done. */
export async function step(title, work) {
  const started = Date.now();
  let told = false;
  const timer = setInterval(() => {
    if (!told) say(`${title} …`);
    else if ((Date.now() - started) % 15_000 < 1_000) say(`${title} … ${Math.round((Date.now() - started) / 1000)} s`);
    told = true;
  }, 1_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (told) say(`${title}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
}
