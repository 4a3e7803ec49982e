import type { DemoFollows, DemoPerson } from './types.ts';

export const people: readonly DemoPerson[] = [
  {
    username: 'harbourmaster',
    email: 'admin@example.com',
    role: 'admin',
    bio: 'Keeps the moorings, the ledger and the kettle. If something in the shop or the journal has come loose, this is the door to knock on.',
    image: '/pictures/people-harbourmaster.svg',
  },
  {
    username: 'ines',
    email: 'reader@example.com',
    role: 'customer',
    bio: 'Teaches physics, sails a small boat badly on a large lake, reads with a pencil.',
    image: '/pictures/people-ines.svg',
  },
  {
    username: 'maren',
    email: 'maren@example.com',
    role: 'customer',
    bio: 'Rigger and sailmaker in a loft above a chandlery. Writes about rope, canvas and what they say before they give way.',
    image: '/pictures/people-maren.svg',
  },
  {
    username: 'oduya',
    email: 'oduya@example.com',
    role: 'customer',
    bio: 'Inspected bridges for forty years and is now retired to the bank of a river that has one. Still carries the hammer.',
    image: '/pictures/people-oduya.svg',
  },
  {
    username: 'kenji',
    email: 'kenji@example.com',
    role: 'customer',
    bio: 'Restores clocks, winds one tower on Thursdays. Learned joinery first and believes it shows.',
    image: '/pictures/people-kenji.svg',
  },
  {
    username: 'isla',
    email: 'isla@example.com',
    role: 'customer',
    bio: 'Serviced lights for the lighthouse board, then bought the Fulmar, a ketch older than her mortgage. Stories from both.',
    image: '/pictures/people-isla.svg',
  },
  {
    username: 'bram',
    email: 'bram@example.com',
    role: 'customer',
    bio: 'Lock keeper. Has opinions about hinges.',
    image: '/pictures/people-bram.svg',
  },
  {
    username: 'priya',
    email: 'priya@example.com',
    role: 'customer',
    bio: 'Runs a data centre on the night shift and mends chairs in the daytime. Finds the two alike.',
    image: '/pictures/people-priya.svg',
  },
];

export const follows: DemoFollows = {
  harbourmaster: ['maren', 'oduya', 'kenji', 'isla'],
  ines: ['oduya', 'kenji', 'isla'],
  maren: ['isla', 'kenji'],
  oduya: ['kenji', 'maren'],
  kenji: ['oduya', 'maren'],
  isla: ['maren'],
  bram: ['oduya', 'isla', 'priya'],
  priya: ['oduya', 'kenji', 'maren', 'bram'],
};
