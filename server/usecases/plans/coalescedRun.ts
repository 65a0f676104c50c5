/** A job that is asked for more often than it need run. */
export interface CoalescedRun {
  /** Resolves (or rejects) with a run that began after this call; all who ask while one runs share the next. */
  ask(cause: string): Promise<void>;
  /** Resolves when nothing runs and nothing waits to. */
  idle(): Promise<void>;
}

/** @param work one run, told what it was asked for; never runs twice at a time */
export function makeCoalescedRun(work: (causes: readonly string[]) => Promise<void>): CoalescedRun {
  let last: Promise<void> = Promise.resolve();
  let next: { readonly causes: string[]; readonly done: Promise<void> } | null = null;
  return {
    ask(cause) {
      if (next) {
        next.causes.push(cause);
        return next.done;
      }
      const causes = [cause];
      const begin = () => {
        next = null;
        return work(causes);
      };
      // How the run before ended is the business of those who asked for it.
      const done = last.then(begin, begin);
      next = { causes, done };
      last = done;
      return done;
    },
    async idle() {
      for (let seen: Promise<void> | null = null; seen !== last; ) {
        seen = last;
        await Promise.allSettled([seen]);
      }
    },
  };
}
