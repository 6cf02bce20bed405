/** The name of the task of a row `x` with columns `run` and `task`. */
function taskName(row: string): string {
  return `coalesce(
    (SELECT name FROM task WHERE task.run = ${row}.run AND task.task = ${row}.task),
    (SELECT plan_task.name FROM plan_task WHERE plan_task.task = ${row}.task AND plan_task.plan =
      (SELECT plan.number FROM plan WHERE plan.hash = (SELECT plan_body FROM run WHERE run.number = ${row}.run)))
  )`;
}

/** The questions of the reader. Values are always bound, never part of the text. */
export const READER_SQL = {
  position: "SELECT position FROM cursor WHERE lane = 0",
  run: "SELECT * FROM run WHERE id = ?",
  runPlace: `SELECT run.number, run.task_count, plan.number AS plan
    FROM run LEFT JOIN plan ON plan.hash = run.plan_body WHERE run.id = ?`,
  planTasks: "SELECT * FROM plan_task WHERE plan = ? AND task BETWEEN ? AND ?",
  planTaskNamed: "SELECT task FROM plan_task WHERE plan = ? AND name = ?",
  tasks: "SELECT * FROM task WHERE run = ? AND task BETWEEN ? AND ?",
  taskNamed: "SELECT task FROM task WHERE run = ? AND name = ?",
  hostCounts: `SELECT task, status, count(*) AS hosts FROM unit
    WHERE run = ? AND task BETWEEN ? AND ? GROUP BY task, status`,
  hosts: "SELECT * FROM unit WHERE run = ? AND task = ? AND unit >= ? ORDER BY unit LIMIT ?",
  hostHistory: `SELECT unit.*, run.id AS run_id, run.plan AS run_plan, ${taskName("unit")} AS task_name
    FROM unit JOIN run ON run.number = unit.run
    WHERE unit.host = ? AND unit.finished_ms IS NOT NULL
      AND (unit.finished_ms, unit.run, unit.task, unit.unit) < (?, ?, ?, ?)
    ORDER BY unit.finished_ms DESC, unit.run DESC, unit.task DESC, unit.unit DESC LIMIT ?`,
  /** Notes, and starts and ends of tasks. Names are looked up for the rows that are shown only. */
  timeline: `SELECT entry.*, ${taskName("entry")} AS task_name,
      (SELECT host FROM unit WHERE unit.run = entry.run AND unit.task = entry.task AND unit.unit = entry.unit) AS host
    FROM (
      SELECT * FROM (
        SELECT run, started_ms AS at_ms, 1 AS rank, task AS position, 0 AS place, 'task.started' AS kind, task,
            NULL AS unit, CASE WHEN attempts > 1 THEN 'started, ' || attempts || ' attempts' ELSE 'started' END AS text
          FROM task WHERE run = ? AND started_ms IS NOT NULL
        UNION ALL
        SELECT run, at_ms, CASE kind WHEN 'run.created' THEN 0 WHEN 'run.completed' THEN 4 ELSE 2 END AS rank,
            position, place, kind, task, unit, text
          FROM note WHERE run = ?
        UNION ALL
        SELECT run, finished_ms AS at_ms, 3 AS rank, task AS position, 0 AS place, 'task.ended' AS kind, task,
            NULL AS unit, status || coalesce(': ' || error_message, ': ' || reason, '') AS text
          FROM task WHERE run = ? AND finished_ms IS NOT NULL
      )
      WHERE (at_ms, rank, position, place) > (?, ?, ?, ?)
      ORDER BY at_ms, rank, position, place LIMIT ?
    ) AS entry
    ORDER BY at_ms, rank, position, place`,
} as const;
