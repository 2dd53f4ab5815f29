import type { Component } from 'svelte'

/** The colours that mean something; each is always shown with an icon and a word. */
export type Tone = 'green' | 'blue' | 'red' | 'plum' | 'rust' | 'slate' | 'honey'

/** How the state of something is shown. */
export type Look = { tone: Tone; icon: Component<{ size?: number }>; word: () => string }

// Whole class names, because Tailwind finds them by reading this text.
export const toneClass: Record<Tone, { ink: string; soft: string; solid: string; line: string }> = {
  green: {
    ink: 'text-green',
    soft: 'bg-green-soft text-green',
    solid: 'bg-green-solid text-on-solid',
    line: 'border-green',
  },
  blue: {
    ink: 'text-blue',
    soft: 'bg-blue-soft text-blue',
    solid: 'bg-blue-solid text-on-solid',
    line: 'border-blue',
  },
  red: {
    ink: 'text-red',
    soft: 'bg-red-soft text-red',
    solid: 'bg-red-solid text-on-solid',
    line: 'border-red',
  },
  plum: {
    ink: 'text-plum',
    soft: 'bg-plum-soft text-plum',
    solid: 'bg-plum-solid text-on-solid',
    line: 'border-plum',
  },
  rust: {
    ink: 'text-rust',
    soft: 'bg-rust-soft text-rust',
    solid: 'bg-rust-solid text-on-solid',
    line: 'border-rust',
  },
  slate: {
    ink: 'text-slate',
    soft: 'bg-slate-soft text-slate',
    solid: 'bg-slate-solid text-on-solid',
    line: 'border-slate',
  },
  honey: {
    ink: 'text-honey-ink',
    soft: 'bg-honey-soft text-honey-ink',
    solid: 'bg-honey text-on-honey',
    line: 'border-honey',
  },
}
