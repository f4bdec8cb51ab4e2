/** A value that the database cannot hold. It stays within this room: whoever sends a batch finds the one that bears it. */
export class DataRefusedError extends Error {}
