import '@cardea/theme/cardea.css'
import './gallery.css'
import { en } from '@cardea/locales/en'
import { createCardea } from '@cardea/vue'
import type { Component } from 'vue'
import { createApp } from 'vue'
import MenuStory from './MenuStory.vue'
import StoryCard from './StoryCard.vue'
import { scripted, signedIn } from './scripted.ts'
import type { Story } from './stories.ts'
import { stories } from './stories.ts'

/** `?story=password` shows one alone, `&theme=dark` in that theme; without a story the whole board. */
const query = new URLSearchParams(location.search)
const alone = query.get('story')
const root = document.querySelector('#gallery')
document.documentElement.classList.add(`cardea-${query.get('theme') ?? 'light'}`)
document.documentElement.dir = query.get('dir') ?? 'ltr'

const mount = (component: Component, props: Record<string, unknown>, story: Story, into: Element) =>
  createApp(component, props)
    .use(createCardea({ messages: en, snapshot: signedIn, transport: scripted(story) }))
    .mount(into)

const frame = (title: string): Element => {
  const article = document.createElement('article')
  const heading = document.createElement('h2')
  heading.textContent = title
  const place = document.createElement('div')
  article.append(heading, place)
  root?.append(article)
  return place
}

const story = alone ? stories[alone] : undefined
if (root && alone === 'menu') {
  root.className = 'cardea-page'
  mount(MenuStory, {}, { title: '' }, root)
} else if (root && story) {
  root.className = 'cardea-page'
  mount(StoryCard, { story, autofocus: query.get('autofocus') !== 'false' }, story, root)
} else if (root) {
  root.className = 'board'
  for (const each of Object.values(stories))
    mount(StoryCard, { story: each, autofocus: false }, each, frame(each.title))
  mount(MenuStory, {}, { title: '' }, frame('UserButton and buttons'))
}
