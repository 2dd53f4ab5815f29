import type { AnswerKind } from '$/platform'

type Tone = { frequency: number; from: number; length: number; shape: OscillatorType }

// Told apart without looking: rising, level, low and falling, undecided.
const tunes: Record<AnswerKind, Tone[]> = {
  confirmed: [
    { frequency: 660, from: 0, length: 0.09, shape: 'sine' },
    { frequency: 990, from: 0.1, length: 0.16, shape: 'sine' },
  ],
  accepted_offline: [
    { frequency: 660, from: 0, length: 0.09, shape: 'sine' },
    { frequency: 660, from: 0.13, length: 0.09, shape: 'sine' },
  ],
  refused: [
    { frequency: 220, from: 0, length: 0.18, shape: 'square' },
    { frequency: 165, from: 0.2, length: 0.3, shape: 'square' },
  ],
  unknown: [
    { frequency: 440, from: 0, length: 0.12, shape: 'triangle' },
    { frequency: 392, from: 0.14, length: 0.12, shape: 'triangle' },
    { frequency: 440, from: 0.28, length: 0.12, shape: 'triangle' },
  ],
}

let context: AudioContext | null = null

/** Plays the sound of an answer. A machine without sound loses nothing: every answer is also shown. */
export function play(answer: AnswerKind) {
  try {
    context ??= new AudioContext()
    void context.resume()
    for (const tone of tunes[answer]) sound(context, tone)
  } catch (reason) {
    console.warn('no sound', reason)
  }
}

function sound(into: AudioContext, tone: Tone) {
  const start = into.currentTime + tone.from
  const end = start + tone.length
  const source = into.createOscillator()
  const volume = into.createGain()
  source.type = tone.shape
  source.frequency.value = tone.frequency
  const loud = tone.shape === 'square' ? 0.06 : 0.16
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(loud, start + 0.01)
  volume.gain.linearRampToValueAtTime(0, end)
  source.connect(volume).connect(into.destination)
  source.start(start)
  source.stop(end)
}
