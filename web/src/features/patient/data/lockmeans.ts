/** What locking data again does, ends and leaves, in the order in which it is told before anything is done. */
export const lockMeans = ["new", "check", "answers", "choice", "past", "old", "wait"] as const;
