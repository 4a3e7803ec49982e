const paths = {
  heart: 'M8 13.500 2.900 8.400a3.300 3.300 0 0 1 4.700-4.700l.4.4.4-.4a3.300 3.300 0 0 1 4.700 4.700z',
  moon: 'M13 9.800A5.700 5.700 0 0 1 6.200 3a5.700 5.700 0 1 0 6.800 6.800z',
  sun: 'M8 1.500v1.500M8 13v1.500M1.500 8H3M13 8h1.500M3.400 3.400l1 1M11.600 11.600l1 1M12.600 3.400l-1 1M4.400 11.600l-1 1M8 5.200a2.800 2.800 0 1 1 0 5.600 2.800 2.800 0 0 1 0-5.600z',
  cross: 'M4 4l8 8M12 4l-8 8',
} as const;

export const Icon = ({ name }: { name: keyof typeof paths }) => (
  <svg class={`icon ${name}`} viewBox="0 0 16 16" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);
