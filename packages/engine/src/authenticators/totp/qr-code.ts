import { encode } from 'uqr'

/** A QR code as SVG path data in a square view box of `size`, quiet zone of four modules included (ISO/IEC 18004 §6.3.8). */
export interface QrCode {
  readonly path: string
  readonly size: number
}

/** Draws the modules of a row as runs, so that a code of 45 modules a side is about 4 kB of text. */
export function qrCode(text: string): QrCode {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const runs = data.flatMap((row, y) => rowRuns(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`))
  return { path: runs.join(''), size }
}

function rowRuns(row: readonly boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = []
  row.forEach((dark, x) => {
    if (!dark) return
    const last = runs.at(-1)
    if (last && last[0] + last[1] === x) last[1] += 1
    else runs.push([x, 1])
  })
  return runs
}
