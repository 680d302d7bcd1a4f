import { en } from '@cardea/locales/en'
import { createCardea } from '@cardea/vue'
import { createApp } from 'vue'
import App from './App.vue'
import { product } from './product.ts'
import './reset.css'
import '@cardea/theme/cardea.css'
import './style.css'

document.title = `Northwind ${product.name}`
createApp(App)
  .use(createCardea({ messages: en }))
  .mount('#app')
