export interface Message {
  id: number
  from: string
  subject: string
  text: string
  /** Minutes ago. */
  age: number
  unread: boolean
}

export const messages: Message[] = [
  {
    id: 1,
    from: 'Sam Ortiz',
    subject: 'Harbour Road, Tuesday 09:30',
    text: 'Half past nine works for us. My partner joins by phone. Could you bring the floor plan and the last heating bill? We would like to see the cellar this time as well.',
    age: 14,
    unread: true,
  },
  {
    id: 2,
    from: 'Mina Okafor',
    subject: 'Lunch tomorrow?',
    text: 'The place by the canal has a table at half past twelve. I have the numbers for November with me, and good news about the photographer.',
    age: 52,
    unread: true,
  },
  {
    id: 3,
    from: 'Northwind Legal',
    subject: 'Contract 1042, second draft',
    text: 'Two changes since yesterday: the handover moves to the fourth, and clause seven is now about the garden only. Please look at page three before our call.',
    age: 190,
    unread: true,
  },
  {
    id: 4,
    from: 'Studio Perera',
    subject: 'Photographs are ready',
    text: 'Forty-two pictures in the folder, eight of them for the listing. The light in the stairwell came out better than we hoped.',
    age: 60 * 20,
    unread: false,
  },
  {
    id: 5,
    from: 'Facilities',
    subject: 'Keys for the new cabinet',
    text: 'They are at the front desk, one set each. Sign for them, and tell us if the lock sticks.',
    age: 60 * 27,
    unread: false,
  },
  {
    id: 6,
    from: 'Lena Brandt',
    subject: 'Re: retrospective',
    text: 'Friday at one is fine. I will bring the board from last time, so that we see what became of it.',
    age: 60 * 50,
    unread: false,
  },
]
