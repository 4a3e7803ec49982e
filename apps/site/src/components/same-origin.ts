/** The address of a picture that this site serves itself; others are not loaded, so that nobody learns who reads here. */
export const ownPicture = (image: string | null): string | undefined => {
  if (image === null || image === '') return undefined;
  const url = URL.parse(image, location.origin);
  return url?.origin === location.origin ? url.pathname + url.search : undefined;
};
