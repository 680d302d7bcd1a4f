export interface CalendarEvent {
  title: string
  place: string
  /** Days after Monday. */
  day: number
  /** Hours, in quarters. */
  from: number
  to: number
  tone: 'verdigris' | 'brass' | 'ink'
}

export const events: CalendarEvent[] = [
  { title: 'Week planning', place: 'Room Palmyra', day: 0, from: 9, to: 10, tone: 'ink' },
  { title: 'Viewing with Sam Ortiz', place: '14 Harbour Road', day: 1, from: 9.5, to: 10.5, tone: 'verdigris' },
  { title: 'Lunch with Mina', place: 'Café Ligne', day: 1, from: 12.5, to: 13.5, tone: 'brass' },
  { title: 'Contract review', place: 'Call', day: 2, from: 11, to: 12, tone: 'ink' },
  { title: 'Site visit', place: 'Colombo 7', day: 2, from: 14, to: 16, tone: 'verdigris' },
  { title: 'Photographs, Harbour Road', place: '14 Harbour Road', day: 3, from: 10, to: 11.5, tone: 'verdigris' },
  { title: 'One to one', place: 'Call', day: 3, from: 15, to: 15.5, tone: 'ink' },
  { title: 'Keys to the Ortiz family', place: '14 Harbour Road', day: 4, from: 9, to: 9.5, tone: 'verdigris' },
  { title: 'Retrospective', place: 'Room Palmyra', day: 4, from: 13, to: 14, tone: 'brass' },
]

export const hours: number[] = Array.from({ length: 10 }, (_, index) => index + 8)

/** Monday to Friday of the week of `today`. */
export function weekOf(today: Date): Date[] {
  const monday = new Date(today)
  monday.setDate(today.getDate() - ((today.getDay() + 6) % 7))
  return Array.from({ length: 5 }, (_, index) => {
    const day = new Date(monday)
    day.setDate(monday.getDate() + index)
    return day
  })
}

/** `9.5` as `09:30`. */
export function clock(hour: number): string {
  return `${String(Math.floor(hour)).padStart(2, '0')}:${String((hour % 1) * 60).padStart(2, '0')}`
}
