/** What the user can decide about a conflict, the least destructive first. */
export const CONFLICT_VERBS = ['skip', 'keep-both', 'overwrite'] as const;
