/** A clock that nobody sets, for how long something takes: that of the house jumps when it learns the time (a small computer without a battery). Another clock than the machine's own is taken as it is. */
export const steadyOf = (now: () => number): (() => number) => (now === Date.now ? () => performance.now() : now);
