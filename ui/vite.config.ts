import { fileURLToPath } from 'node:url'
import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vitest/config'

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url))

// The tests use what the messages script compiled: this plugin's watcher would keep them from ending.
const messages = process.env.VITEST
  ? []
  : paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/i18n/generated',
      strategy: ['globalVariable', 'baseLocale'],
    })

export default defineConfig({
  plugins: [messages, tailwindcss(), svelte()],
  resolve: { alias: { $: fileURLToPath(new URL('./src', import.meta.url)) } },
  clearScreen: false,
  server: { port: 1420, strictPort: true, host: '127.0.0.1' },
  build: {
    target: 'safari16',
    outDir: 'dist',
    // Inlined assets become data: URLs, which the content security policy refuses.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { start: page('start'), counter: page('counter'), office: page('office') },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
