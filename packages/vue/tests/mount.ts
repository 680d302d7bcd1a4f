import '@cardea/theme/cardea.css'
import type { Auth, Runtime, Transport } from '@cardea/core'
import { browserRuntime } from '@cardea/core'
import { en } from '@cardea/locales/en'
import type { FlowAnswer } from '@cardea/protocol'
import { onTestFinished } from 'vitest'
import type { Component } from 'vue'
import { createApp } from 'vue'
import { scripted } from '../gallery/scripted.ts'
import type { Story } from '../gallery/stories.ts'
import { createCardea } from '../src/cardea.ts'
import NativeSignIn from '../src/sign-in/NativeSignIn.vue'

type Answer = Parameters<Auth['transport']['flow']['answer']>[0]

/** Puts a component into the page, against a backend that plays the story. */
export function mount(
  component: Component,
  props: Record<string, unknown>,
  story: Story,
  delay = 0,
  more: Partial<Transport> = {},
  around: Partial<Runtime> = {},
) {
  const sent: Answer[] = []
  const answered: FlowAnswer[] = []
  const backend = scripted(story, delay)
  const transport: Transport = {
    ...backend,
    ...more,
    flow: {
      ...backend.flow,
      async answer(answer) {
        sent.push(answer)
        const said = await backend.flow.answer(answer)
        answered.push(said)
        return said
      },
    },
  }
  const root = document.createElement('main')
  document.body.append(root)
  const faults: string[] = []
  const app = createApp(component, props).use(
    createCardea({ messages: en, transport, runtime: { ...browserRuntime(), ...around } }),
  )
  app.config.warnHandler = (warning) => void faults.push(warning)
  app.config.errorHandler = (fault) => void faults.push(String(fault))
  app.mount(root)
  onTestFinished(() => {
    app.unmount()
    root.remove()
  })
  return { root, sent, answered, faults, unmount: () => app.unmount() }
}

/** The page is at an address while the test runs. */
export function visit(path: string): void {
  const before = location.href
  history.replaceState(null, '', path)
  onTestFinished(() => history.replaceState(null, '', before))
}

export const mountSignIn = (story: Story, props: Record<string, unknown> = {}, delay = 0) =>
  mount(NativeSignIn, { brand: { name: 'Northwind' }, appName: 'Northwind Calendar', ...props }, story, delay)

export const step = (story: Story['step'], version: number, retry = false): FlowAnswer => {
  if (!story) throw new Error('no step')
  return { status: 'step', retry, version, step: story }
}
