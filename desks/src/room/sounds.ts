/** One short, quiet tone for each thing worth hearing, and a buzz of its own. Only when the person switched sound on. */

export type Sound = "leading" | "outbid" | "extended" | "closed";

const NOTES: Record<Sound, [frequency: number, at: number][]> = {
  leading: [[523, 0], [659, 0.12]],
  outbid: [[440, 0], [330, 0.14]],
  extended: [[587, 0]],
  closed: [[392, 0], [392, 0.18], [523, 0.36]],
};

/** Milliseconds of buzz and rest; who leads needs none. */
const BUZZ: Record<Sound, number[]> = {
  leading: [],
  outbid: [180, 90, 180],
  extended: [70],
  closed: [400],
};

let context: AudioContext | null = null;

export function play(sound: Sound): void {
  // A page nobody has touched may not buzz; not every machine can.
  if (BUZZ[sound].length > 0 && navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZ[sound]);
  context ??= new AudioContext();
  const begin = context.currentTime;
  for (const [frequency, at] of NOTES[sound]) {
    const tone = context.createOscillator();
    const level = context.createGain();
    tone.frequency.value = frequency;
    level.gain.setValueAtTime(0, begin + at);
    level.gain.linearRampToValueAtTime(0.12, begin + at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.001, begin + at + 0.16);
    tone.connect(level).connect(context.destination);
    tone.start(begin + at);
    tone.stop(begin + at + 0.18);
  }
}
