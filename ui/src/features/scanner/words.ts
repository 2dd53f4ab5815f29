import * as m from '$/i18n/generated/messages'
import type { ScannerLayout, Terminator } from '$/platform'
import type { By } from '$/scanner'
import type { Advice } from './advice'

export function layoutWord(layout: ScannerLayout | By): string {
  switch (layout) {
    case 'auto':
      return m.scanner_layout_auto()
    case 'us':
      return m.scanner_layout_us()
    case 'fr':
      return m.scanner_layout_fr()
    case 'de':
      return m.scanner_layout_de()
    case 'be':
      return m.scanner_layout_be()
    case 'ch':
      return m.scanner_layout_ch()
    case 'shown':
      return m.scanner_layout_shown()
  }
}

export function endWord(end: Terminator): string {
  switch (end) {
    case 'enter':
      return m.scanner_end_enter()
    case 'tab':
      return m.scanner_end_tab()
    case 'pause':
      return m.scanner_end_pause()
  }
}

export function adviceWords(advice: Advice): string {
  switch (advice.kind) {
    case 'layout':
      return m.scanner_advice_layout({ layout: layoutWord(advice.layout) })
    case 'terminator':
      if (advice.end === 'pause') return m.scanner_advice_no_end()
      return m.scanner_advice_end({ end: endWord(advice.end) })
    case 'gap':
      return m.scanner_advice_gap({ longest: advice.longest, wanted: advice.wanted })
    case 'prefix':
      if (advice.prefix === '') return m.scanner_advice_no_prefix()
      return m.scanner_advice_prefix({ prefix: advice.prefix })
    case 'too_slow':
      return m.scanner_advice_too_slow({ longest: advice.longest })
    case 'not_read':
      return m.scanner_advice_not_read()
  }
}
