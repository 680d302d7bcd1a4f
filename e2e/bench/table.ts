/** Prints rows as a table with columns as wide as they need to be. */
export function printTable(title: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  process.stdout.write(`\n${title}\n\n${line(header)}\n| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`)
  for (const row of rows) process.stdout.write(`${line(row)}\n`)
}

export const rate = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1))
export const milliseconds = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`
export const microseconds = (value: number) => `${rate(value)} µs`
