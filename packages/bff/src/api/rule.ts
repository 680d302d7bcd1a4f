/** One thing the browser may call. */
export interface ApiRule {
  /** Below `{basePath}/api`: exactly `/profile`, or everything under `/calendar/**`. The narrowest that fits decides alone. */
  path: string
  /** Where it goes; what `**` stood for is appended. `https://api.example/v2` */
  target: string
  methods: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[]
  /** Largest request body in bytes; 1 MiB when absent. */
  maxBytes?: number
}
