/** Two short tones, as of a new message. */
export async function playTestSound(): Promise<void> {
  const context = new AudioContext();
  const start = context.currentTime + 0.02;
  for (const [index, pitch] of [660, 880].entries()) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const at = start + index * 0.12;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.12, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.18);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  await context.close();
}
