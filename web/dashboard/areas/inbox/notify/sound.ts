let context: AudioContext | undefined;

/** Two soft tones, made here. Silent until the page was touched once: browsers want it so. */
export function playTone(): void {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume();
    const now = context.currentTime;
    for (const [index, frequency] of [659.25, 880].entries()) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const from = now + index * 0.12;
      tone.type = "sine";
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(0.12, from + 0.015);
      volume.gain.exponentialRampToValueAtTime(0.001, from + 0.35);
      tone.connect(volume).connect(context.destination);
      tone.start(from);
      tone.stop(from + 0.4);
    }
  } catch {
    // No sound here; the rest tells it.
  }
}
