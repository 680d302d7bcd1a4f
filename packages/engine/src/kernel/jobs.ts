import type { Feature, Job } from './feature.ts'
import type { Kernel } from './kernel.ts'
import type { Migration } from './store/index.ts'
import { column } from './store/index.ts'

/** When each job is due next; whoever moves the time on runs it. */
export interface JobTable {
  name: string
  due_at: number
}

export const jobMigrations: readonly Migration[] = [
  {
    id: 'job-0001-due',
    async up(db) {
      await db.schema
        .createTable('job')
        .addColumn('name', column.text, (c) => c.primaryKey())
        .addColumn('due_at', column.time, (c) => c.notNull())
        .execute()
    },
  },
]

/** Runs the jobs of all features, each in one process at a time; returns the way to stop, which waits for a running one. */
export function startJobs<E extends Kernel>(features: readonly Feature<E>[], engine: E): () => Promise<void> {
  const jobs = features.flatMap((feature) => feature.jobs ?? [])
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  const round = () => {
    running = running.then(async () => {
      for (const job of jobs) if (!stopped) await runIfDue(job, engine)
    })
  }
  const timer = setInterval(round, 10_000).unref()
  return async () => {
    stopped = true
    clearInterval(timer)
    await running
  }
}

async function runIfDue<E extends Kernel>(job: Job<E>, engine: E): Promise<void> {
  try {
    if (await claim(job, engine)) await job.run(engine)
  } catch (error) {
    engine.log('error', 'a job failed', { job: job.name, error })
  }
}

/** Only one of many processes moves the time on. The first sight of a job waits one interval, so that a start does no extra work. */
async function claim<E extends Kernel>(job: Job<E>, engine: E): Promise<boolean> {
  const now = engine.now()
  const due = await engine.store
    .across('see when a job is due')
    .selectFrom('job')
    .select('due_at')
    .where('name', '=', job.name)
    .executeTakeFirst()
  if (due && due.due_at > now) return false
  return engine.store.unit(async (unit) => {
    const jobs = unit.across('claim a job')
    if (!due) {
      await jobs
        .insertInto('job')
        .values({ name: job.name, due_at: now + job.everySeconds * 1000 })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      return false
    }
    const claimed = await jobs
      .updateTable('job')
      .set({ due_at: now + job.everySeconds * 1000 })
      .where('name', '=', job.name)
      .where('due_at', '=', due.due_at)
      .returning('name')
      .executeTakeFirst()
    return claimed !== undefined
  })
}
