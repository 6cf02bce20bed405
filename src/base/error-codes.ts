/** What a code means and what a person does about it. Rendered into `docs/errors.md`. */
export interface ErrorCodeEntry {
  readonly summary: string;
  readonly remedy: string;
}

/**
 * Every code a user can meet, in one place, grouped by area. A code never changes its meaning; retired codes stay.
 * Add a code together with the code that returns it; `tools/check-docs.ts` compares this with `docs/errors.md`.
 */
export const ERROR_CODES = {
  // base
  DRV_INTERNAL: {
    summary: "An assumption of drover itself turned out to be false",
    remedy: "Report it with the output of the command; the log of the run is intact",
  },
  DRV_DURATION_INVALID: {
    summary: "A duration is not written as numbers with units",
    remedy: 'Write it like "1h30m", "45s" or "500ms", or as a whole number of milliseconds',
  },
  // dag
  DRV_GRAPH_NODE_ID_INVALID: {
    summary: "A name cannot identify a node: it is empty, blank, too long or contains control characters",
    remedy: "Use 1 to 200 visible characters",
  },
  DRV_GRAPH_NODE_NOT_FOUND: {
    summary: "A node is named that the graph does not have",
    remedy: "Add the node first, or correct the name",
  },
  DRV_GRAPH_NODE_EXISTS: {
    summary: "Two nodes of a graph have the same name",
    remedy: "Give each node a name of its own",
  },
  DRV_GRAPH_EDGE_EXISTS: {
    summary: "An edge is added between two nodes that already have one in that direction",
    remedy: "Remove the present edge first to change its kind",
  },
  DRV_GRAPH_SELF_LOOP: {
    summary: "An edge leads from a node to itself",
    remedy: "Remove the edge",
  },
  DRV_GRAPH_CYCLE: {
    summary: "Edges form a loop, so that none of its nodes could go first; the details list them in order",
    remedy: "Remove one edge of the loop",
  },
  DRV_GRAPH_SOFT_CYCLE: {
    summary: "A preferred edge forms a loop with other edges and is left out of the order; a warning",
    remedy: "Remove the preference, or the edges that say the opposite",
  },
  DRV_GRAPH_NOT_CONNECTED: {
    summary: "The graph falls into parts without any edge between them",
    remedy: "Connect the parts, or make one graph of each",
  },
  DRV_GRAPH_WEIGHT_INVALID: {
    summary: "The weight of a node is negative or not a finite number",
    remedy: "Give a weight of at least 0, or leave it out",
  },
  DRV_GRAPH_LIMIT_EXCEEDED: {
    summary: "A graph has more nodes or edges than it can hold",
    remedy: "Split the graph, or draw nodes of one kind together",
  },
  DRV_GRAPH_OPERATION_INVALID: {
    summary: "Columns handed to the graph do not fit together, such as one weight too few",
    remedy: "Hand over one value for each node or edge, with indices of existing nodes",
  },

  // operation
  DRV_OPERATION_PARAMS_INVALID: {
    summary: "The parameters of an operation do not fit its schema",
    remedy: "Correct every listed parameter; `drover explain OPERATION` shows what is expected",
  },
  DRV_OPERATION_CRASHED: {
    summary: "The provider of an operation threw instead of reporting a failure",
    remedy: "Report it with the message; the attempt counts as failed and may have changed the host",
  },
  DRV_OPERATION_UNKNOWN: {
    summary: "No operation has this name",
    remedy: "Use one of the suggested names; `drover ops` lists all of them",
  },
  DRV_OPERATION_DUPLICATE: {
    summary: "Two operations claim the same name or alias",
    remedy: "Rename one of them or drop the alias",
  },

  // expression
  DRV_EXPRESSION_SYNTAX: {
    summary: "A text cannot be read as an expression",
    remedy: "Correct it at the given place; `docs/expressions.md` shows what can be written",
  },
  DRV_EXPRESSION_UNCLOSED: {
    summary: "A `${`, a bracket or a text in quotes has no end",
    remedy: "Add what closes it",
  },
  DRV_EXPRESSION_NESTED: {
    summary: "A `${` stands within an expression",
    remedy: "Write names without `${ }` there, and join texts with `+`",
  },
  DRV_EXPRESSION_NUMBER: {
    summary: "A number is written in a way that cannot be kept exactly",
    remedy: "Write integers up to 9007199254740991 without leading zeros, or fractions like 0.5 and 1e3",
  },
  DRV_EXPRESSION_LIMIT: {
    summary: "An expression is longer or deeper than is allowed",
    remedy: "Split it: let a task or a parameter hold a part of it",
  },
  DRV_EXPRESSION_NAME_UNKNOWN: {
    summary: "An expression refers to a name that does not exist here",
    remedy: "Use one of the suggested names",
  },
  DRV_EXPRESSION_MEMBER_UNKNOWN: {
    summary: "An expression asks for a member that the value never has",
    remedy: "Use one of the suggested names; `drover explain OPERATION` lists what an operation returns",
  },
  DRV_EXPRESSION_FUNCTION_UNKNOWN: {
    summary: "An expression calls a function that does not exist",
    remedy: "Use one of the functions of `docs/expressions.md`",
  },
  DRV_EXPRESSION_ARGUMENTS: {
    summary: "A function is called with too few or too many values",
    remedy: "Give the values that the message names",
  },
  DRV_EXPRESSION_TYPE: {
    summary: "An expression uses a value of a type that cannot stand there",
    remedy: "Convert the value, or use another one; the hint says how",
  },
  DRV_EXPRESSION_CONDITION: {
    summary: "A condition is not true or false",
    remedy: "Compare with something, as in `tasks.install.data.version == params.version`",
  },
  DRV_EXPRESSION_PATTERN: {
    summary: "The pattern of `matches` cannot be used",
    remedy: "Write it as a text of its own, without look-around and back references, which cannot be bounded in time",
  },
  DRV_EXPRESSION_CONSTANT: {
    summary: "A part of an expression always has the same value or can never be reached; a hint",
    remedy: "Leave it out, or correct what it compares",
  },
  DRV_EXPRESSION_DIVIDE_BY_ZERO: {
    summary: "An expression divides by zero",
    remedy: "Ask first, as in `total == 0 ? 0 : part / total`",
  },
  DRV_EXPRESSION_OVERFLOW: {
    summary: "A calculation leaves the range of numbers that are exact",
    remedy: "Calculate with smaller numbers; integers reach to 9007199254740991",
  },
  DRV_EXPRESSION_INDEX_RANGE: {
    summary: "A list has no item at the position asked for",
    remedy: "Look at `.length` first, or give another value with `??`",
  },
  DRV_EXPRESSION_MISSING: {
    summary: "A value has no member of the name asked for",
    remedy: "Ask with `has(…)` first, or give another value with `??`",
  },
  DRV_EXPRESSION_CONVERSION: {
    summary: "A value cannot be converted to the type asked for",
    remedy: "Look at where the value comes from; the message says what was found",
  },
  DRV_EXPRESSION_FUEL: {
    summary: "An expression needs more work than one evaluation may do",
    remedy: "Work on shorter lists and texts, or do it in a task",
  },
  DRV_EXPRESSION_TOO_LARGE: {
    summary: "An expression makes a text or value that is too large",
    remedy: "Keep less of it, or hand files from task to task instead of their content",
  },
  DRV_EXPRESSION_VALUE_KIND: {
    summary: "A value is not of the type that was promised when the expression was checked",
    remedy: "Look at the operation or parameter that gave the value; what it returns differs from its schema",
  },
  DRV_EXPRESSION_PROGRAM: {
    summary: "A stored expression is not one that this version can evaluate",
    remedy: "Compile the plan again with this version",
  },

  // definition
  DRV_PLAN_OPTION_UNKNOWN: {
    summary: "A plan or task has an option that does not exist",
    remedy: "Correct the spelling; the hint names the options most like it",
  },
  DRV_PLAN_OPTION_MISUSED: {
    summary: "An option makes no sense for a task of this kind",
    remedy: "Remove the option, or move it to a task of the kind it is for",
  },
  DRV_PLAN_VALUE_INVALID: {
    summary: "A value of a plan has the wrong type or is out of range",
    remedy: "Correct the value at the given place; the message says what is allowed",
  },
  DRV_PLAN_DEPENDENCY_UNKNOWN: {
    summary: "A task refers to a task that the plan does not have",
    remedy: "Correct the name or add the task",
  },
  DRV_PLAN_DEPENDENCY_FOREIGN: {
    summary: "A task refers to a task object of another plan or group",
    remedy: "Depend on a task of the same plan, or let the whole group depend on it",
  },
  DRV_PLAN_GROUP_INVALID: {
    summary: "A group contains itself, lies too deep, or has keys that cannot be used",
    remedy: "Give every copy a key of its own, and make deep inner parts plans of their own",
  },

  // plan
  DRV_PLAN_NAME_INVALID: {
    summary: "The name of a plan or task cannot be used",
    remedy: "Use 1 to 200 characters in Unicode normal form C, without control characters and without / [ ]",
  },
  DRV_PLAN_TASK_DUPLICATE: {
    summary: "Two tasks of a plan have the same name",
    remedy: "Give each task a name of its own",
  },
  DRV_PLAN_DEPENDENCY_SELF: {
    summary: "A task waits for itself",
    remedy: "Remove the dependency",
  },
  DRV_PLAN_REFERENCE_UNORDERED: {
    summary: "An expression uses the result of a task that may not have ended by then",
    remedy: "Let the task depend on the one it uses",
  },
  DRV_PLAN_DEPENDENCY_CONFLICT: {
    summary: "A task waits for the same task on two different conditions",
    remedy: "Keep one of the conditions; always covers both",
  },
  DRV_PLAN_ROLLBACK_STEP_INVALID: {
    summary: "A rollback step is tied to tasks that are none, or stands inside a group",
    remedy: "Let rollback steps depend on rollback steps only, and make a whole group one instead of a task in it",
  },
  DRV_PLAN_GUARD_INVALID: {
    summary: "A guard is of no known kind or lacks its function",
    remedy: "Use one of the guards of the documentation; when and whenFact need a function",
  },
  DRV_PLAN_FUNCTION_MISSING: {
    summary: "A function task has no function",
    remedy: "Pass a function, or the name under which one is registered",
  },
  DRV_PLAN_FUNCTION_UNKNOWN: {
    summary: "No function is registered under the name a task asks for",
    remedy: "Register the function in the program that runs the plan, or correct the name",
  },
  DRV_PLAN_PARAMS_INVALID: {
    summary: "The parameters of an operation do not fit its schema",
    remedy: "Correct the parameter at the given place; `drover ops NAME` shows what is allowed",
  },
  DRV_PLAN_PARAMS_UNKNOWN: {
    summary: "An operation has no parameter of that name",
    remedy: "Correct the spelling; `drover ops NAME` lists the parameters",
  },
  DRV_PLAN_TARGET_INVALID: {
    summary: "A target is not written as a host, label or container",
    remedy: 'Write "_any", "_all", a host name, a label such as "role:web", or "docker:container@host"',
  },
  DRV_PLAN_TARGET_MISSING: {
    summary: "An operation does not say on which hosts it runs",
    remedy: "Give the task a target, or the plan a target for all its tasks",
  },
  DRV_PLAN_TOO_MANY_PROBLEMS: {
    summary: "A plan has more problems than are listed",
    remedy: "Correct the listed ones and compile again",
  },
  // plan files
  DRV_PLANFILE_UNREADABLE: {
    summary: "A plan file, or a file it names, cannot be read: it is missing, a folder, too large or no UTF-8 text",
    remedy: "Correct the name, or save the file as UTF-8",
  },
  DRV_PLANFILE_SYNTAX: {
    summary: "A plan file is no YAML 1.2 or JSON, or uses a part of YAML that plans do not have",
    remedy: "Correct the syntax at the place that is marked",
  },
  DRV_PLANFILE_LIMIT: {
    summary: "A plan file is nested too deep, or its aliases stand for too many values",
    remedy: "Make it flatter, or use foreach, defaults or include instead of aliases",
  },
  DRV_PLANFILE_KEY_DUPLICATE: {
    summary: "A map of a plan file has a key twice",
    remedy: "Keep one of the two",
  },
  DRV_PLANFILE_KEY_UNKNOWN: {
    summary: "A map of a plan file has a member that means nothing there",
    remedy: 'Correct its name; "drover explain tasks" lists what a task may have',
  },
  DRV_PLANFILE_KEY_MISSING: {
    summary: "A map of a plan file lacks a member that it needs",
    remedy: "Add the member",
  },
  DRV_PLANFILE_VALUE_INVALID: {
    summary: "A value of a plan file has the wrong type or is out of range",
    remedy: "Write a value of the type that is needed",
  },
  DRV_PLANFILE_TASK_BODY: {
    summary: "A task or plan of a file says nothing that could be done, or several things that exclude each other",
    remedy: "Let it say one thing",
  },
  DRV_PLANFILE_AMBIGUOUS: {
    summary: "An unquoted word or number of a plan file means something else to older tools; a warning or hint",
    remedy: "Quote it, or write what is meant",
  },
  DRV_PLANFILE_SHELL_INTERPOLATION: {
    summary: "An expression stands inside the text of a program, where its value would be run",
    remedy: "Give the value by args, env or standard input",
  },
  DRV_PLANFILE_UNUSED: {
    summary: "A parameter or an output of a plan file is used by nothing; a warning",
    remedy: "Remove it, or use it",
  },
  DRV_PLANFILE_UNREACHABLE: {
    summary: "A task of a plan file can never run; a warning",
    remedy: "Correct its condition, or remove it",
  },
  DRV_PLANFILE_SECRET_EXPOSED: {
    summary: "A secret value of a plan file goes where others can see it; a warning",
    remedy: "Give it by an environment variable or standard input",
  },
  DRV_PLANFILE_NOT_EXPORTABLE: {
    summary: "A plan cannot be written as a file: a part of it is a function of a program",
    remedy: "Replace the function by an operation, a script or an expression, or keep the plan as a module",
  },
  DRV_PLANFILE_NOT_AVAILABLE: {
    summary: "A plan file asks for something that is part of the language and cannot be carried out yet",
    remedy: "Leave it out, or use what the hint names",
  },
  DRV_PARAM_UNKNOWN: {
    summary: "A plan has no parameter of that name",
    remedy: "Correct the spelling or leave the value out",
  },
  DRV_PARAM_MISSING: {
    summary: "A parameter without default was not given",
    remedy: "Give the parameter a value",
  },
  DRV_PARAM_INVALID: {
    summary: "The value of a parameter does not fit its declaration",
    remedy: "Give a value of the declared type and range",
  },
  DRV_PARAM_DEFINITION_INVALID: {
    summary: "The declaration of a parameter contradicts itself or is of no known form",
    remedy: "Correct type, bounds, pattern or default of the parameter",
  },

  // engine
  DRV_RUN_NOT_STARTED: {
    summary: "A command reached a run that has not been started",
    remedy: "Start the run first",
  },
  DRV_RUN_ALREADY_STARTED: {
    summary: "A run was started twice",
    remedy: "Start a new run instead",
  },
  DRV_RUN_FINISHED: {
    summary: "A command reached a run that has ended",
    remedy: "Retry what failed, or retry from a task, to open the run again; or start a new run",
  },
  DRV_RUN_PHASE_OVER: {
    summary: "A command came too late in a run that is ending",
    remedy: "Wait for the end of the run and read its report",
  },
  DRV_RUN_ALREADY_STOPPING: {
    summary: "A run was asked to stop although it is stopping already",
    remedy: "Wait for its end; cleanup tasks may still run",
  },
  DRV_RUN_OPTION_UNKNOWN: {
    summary: "A run was started with an option that does not exist",
    remedy: "Correct the spelling; the hint names the options most like it, and plan.dryRun() changes nothing",
  },
  DRV_RUN_OPTION_INVALID: {
    summary: "An option of a run is out of range",
    remedy: "Give a value in the range that the message names",
  },
  DRV_RUN_HOSTS_MISSING: {
    summary: "A run was started without saying which hosts its targets mean",
    remedy: "Resolve every target of the plan before starting the run",
  },
  DRV_RUN_IRREVERSIBLE: {
    summary: "Rollback on failure was asked for, and some tasks cannot be undone",
    remedy: "Declare an undo for these tasks, or start with allowIrreversible",
  },
  DRV_RUN_ROLLBACK_OFF: {
    summary: "A rollback was asked for in a run that keeps nothing to restore from",
    remedy: 'Start the run with rollback "manual" or "onFailure"',
  },
  DRV_RUN_ATTEMPT_STALE: {
    summary: "A result came for an attempt that is not running",
    remedy: "Nothing is to be done: the recorded result stays",
  },
  DRV_RUN_EVALUATION_STALE: {
    summary: "An evaluation came for a task that does not wait for one",
    remedy: "Nothing is to be done: the task has moved on",
  },
  DRV_RUN_TOO_MANY_RESULTS: {
    summary: "Too many results came in one command",
    remedy: "Send them in smaller portions",
  },
  DRV_RUN_TASK_UNKNOWN: {
    summary: "A command names a task that the run does not have",
    remedy: "Compare the task with the report of the run",
  },
  DRV_RUN_NOT_WAITING: {
    summary: "An approval came for a task that does not wait for one",
    remedy: "Read in the report what the task waits for",
  },
  DRV_RUN_NOT_UNKNOWN: {
    summary: "A decision came for a unit whose outcome is known",
    remedy: "Read in the report how the unit ended",
  },
  DRV_RUN_VERSION_CONFLICT: {
    summary: "Somebody else has changed the course of the run since it was looked at",
    remedy: "Look at the run again, and repeat the command with its present control version if it is still right",
  },
  DRV_RUN_PAUSED: {
    summary: "A run is to be paused that is paused already",
    remedy: "Nothing is to be done; resume it when it may go on",
  },
  DRV_RUN_NOT_PAUSED: {
    summary: "A run is to be resumed that is not paused",
    remedy: "Nothing is to be done: it goes on by itself",
  },
  DRV_RUN_TASK_DONE: {
    summary: "A task is to be skipped or marked that has ended well",
    remedy: "Use retry from here to do it again",
  },
  DRV_RUN_TASK_RUNNING: {
    summary: "A command about tasks reached a run in which one of them is running",
    remedy: "Wait until it has ended, or cancel the run",
  },
  DRV_RUN_NOTHING_TO_RETRY: {
    summary: "A run is to be retried in which nothing failed",
    remedy: "Use retry from here with the task that is to be done again",
  },
  DRV_RUN_SNAPSHOT_INVALID: {
    summary: "A snapshot of a run cannot be read: it is damaged, of another version, or of another plan",
    remedy: "Use an older snapshot, or fold the log of the run from its beginning",
  },
  DRV_RUN_EVENT_UNKNOWN: {
    summary: "A log holds an event that this version does not know",
    remedy: "Use the version of drover that wrote the log, or a newer one",
  },

  // durable runs
  DRV_RUN_UNKNOWN: {
    summary: "There is no run with that id in the data folder",
    remedy: "List the runs with: drover runs",
  },
  DRV_RUN_AMBIGUOUS: {
    summary: "The beginning of a run id stands for several runs",
    remedy: "Give more of the id",
  },
  DRV_RUN_NOT_DURABLE: {
    summary: "The plan has functions and comes from no module, so its runs could not go on in another process",
    remedy: "Put the plan into a module and run that, or run it without a data folder",
  },
  DRV_RUN_PLAN_CHANGED: {
    summary: "The module or file of a run has changed since the run was started",
    remedy: "Bring the old content back to go on, or start a new run; cancel and rollback need the old content too",
  },
  DRV_RUN_PLAN_MISSING: {
    summary: "The module or file of a run is not where it was",
    remedy: "Bring it back to go on with the run",
  },
  DRV_RUN_PLAN_CODE_MISSING: {
    summary: "A plan that was read from the log was asked to call a function of its author",
    remedy: "Load the module of the plan",
  },
  DRV_RUN_PLAN_BODY_INVALID: {
    summary: "The plan kept with a run is not of a form that this version knows",
    remedy: "Use the version of drover that wrote the run, or a newer one",
  },
  DRV_RUN_KEY_CONFLICT: {
    summary: "An idempotency key was used before for a run of another plan or with other parameters",
    remedy: "Use another key, or the same plan and parameters",
  },
  DRV_RUN_QUARANTINED: {
    summary: "A run cannot be loaded or failed again and again, and was set aside; the other runs go on",
    remedy: "Read the reason with: drover show RUN; then go on with: drover resume RUN",
  },
  DRV_RUN_HOST_CLOSED: {
    summary: "A command reached runs that are being shut down",
    remedy: "Send it again once they are open",
  },

  // verbs to runs
  DRV_CONTROL_REQUEST_INVALID: {
    summary: "A request on the control socket is not one that this version of drover understands",
    remedy: "Use the same version of drover on both sides",
  },
  DRV_CONTROL_LOST: {
    summary: "The process that holds the data folder ended before it answered",
    remedy: "Ask again: whether the command was followed stands in the log",
  },
  DRV_CONTROL_UNAVAILABLE: {
    summary: "Another process holds the data folder, and it does not answer",
    remedy: "Wait for its end, or end it; or name another data folder with --data",
  },
  DRV_CLI_RUN_UNFINISHED: {
    summary: "An earlier run of the same plan has not finished",
    remedy: "Go on with it: drover resume RUN; or start another one: drover run --new",
  },

  // task functions and results
  DRV_TASK_QUEUE_TIMEOUT: {
    summary: "A task was ready and did not start in time",
    remedy: "Give it more time, a higher priority, or the run more slots",
  },
  DRV_TASK_ATTEMPT_TIMEOUT: {
    summary: "An attempt of a task took too long",
    remedy: "Give it more time, or find out what it waits for",
  },
  DRV_TASK_HEARTBEAT_TIMEOUT: {
    summary: "The executor of an attempt was not heard for too long",
    remedy: "Look at the host and its agent",
  },
  DRV_TASK_TOTAL_TIMEOUT: {
    summary: "A task with all its attempts took too long",
    remedy: "Give it more time, or fewer or shorter attempts",
  },
  DRV_TASK_HOSTS_FAILED: {
    summary: "More hosts of a task failed than it bears",
    remedy: "Look at the results of the hosts, or raise maxFail",
  },
  DRV_TASK_NO_HOST: {
    summary: "A task has no host to run on",
    remedy: "Correct the target, or allow an empty one",
  },
  DRV_TASK_GROUP_KEYS_INVALID: {
    summary: "The items of a group are not distinct short names",
    remedy: "Give a list of distinct short texts or numbers",
  },
  DRV_TASK_GROUP_TOO_LARGE: {
    summary: "A group would expand to more tasks than a run may have",
    remedy: "Give fewer items, or split the plan",
  },
  DRV_TASK_GROUP_FAILED: {
    summary: "Tasks inside a group failed",
    remedy: "Look at the tasks of the group",
  },
  DRV_TASK_APPROVAL_REFUSED: {
    summary: "A person refused an approval",
    remedy: "Speak with that person; run the plan again when it is approved",
  },
  DRV_TASK_CANCELLED_UNASKED: {
    summary: "An attempt ended as cancelled although nobody had asked",
    remedy: "Find out who stopped it on its host",
  },
  DRV_TASK_DECLARED_FAILED: {
    summary: "An operator declared an unknown outcome as failed",
    remedy: "Read the reason given in the audit",
  },
  DRV_TASK_UNDO_UNKNOWN: {
    summary: "Nobody can say whether an undo has happened",
    remedy: "Look at the host and restore it by hand if needed",
  },
  DRV_TASK_DATA_INVALID: {
    summary: "The data of a task do not have the form that was asked for, or there are none",
    remedy: "Compare the schema with what the task returned; check its status before decoding",
  },
  DRV_TASK_GUARD_FAILED: {
    summary: "A guard function threw, so nobody knows whether the task should run",
    remedy: "Correct the guard; it gets { params, results } and answers true or false",
  },
  DRV_TASK_PARAMS_FAILED: {
    summary: "A function that makes parameters threw or returned something that is not plain JSON",
    remedy: "Correct the function; it gets { params, results } and answers the parameters as plain JSON",
  },
  DRV_TASK_KEYS_FAILED: {
    summary: "A group cannot be expanded: its key function failed, or its items are no list with distinct keys",
    remedy: "Return a list of plain JSON whose items have distinct keys",
  },
  DRV_TASK_FUNCTION_FAILED: {
    summary: "A task function threw, rejected or reported a failure",
    remedy: "Read the message it gave; retry the task or change the function",
  },
  DRV_TASK_RESULT_INVALID: {
    summary: "A task function returned something that is not a result",
    remedy: "Return { changed: true | false, data?: plain JSON }",
  },
  DRV_TASK_RESULT_TOO_LARGE: {
    summary: "A task function returned more data than a run may keep",
    remedy: "Return a summary, or write the data to a file and return its path",
  },

  // host and execute
  DRV_HOST_PATH_INVALID: {
    summary: "A path on a host is not absolute or cannot be a path",
    remedy: "Write an absolute path such as /etc/motd, without NUL characters and with names of at most 255 bytes",
  },
  DRV_HOST_VALUE_INVALID: {
    summary: "An argument, environment variable or account name contains what no host can take",
    remedy: "Remove NUL characters; name environment variables without an equals sign",
  },
  DRV_HOST_ARGUMENTS_TOO_LONG: {
    summary: "Arguments and environment of a command are longer than the system allows",
    remedy: "Give large values on standard input or in a file",
  },
  DRV_HOST_COMMAND_NOT_FOUND: {
    summary: "The program of a command does not exist on the host",
    remedy: "Install it, or write its absolute path",
  },
  DRV_HOST_FOLDER_NOT_FOUND: {
    summary: "A folder on the host does not exist",
    remedy: "Create the folder in an earlier task, or correct the path",
  },
  DRV_HOST_FILE_NOT_FOUND: {
    summary: "A file on the host does not exist",
    remedy: "Create the file in an earlier task, or correct the path",
  },
  DRV_HOST_NOT_A_FILE: {
    summary: "A path leads to a folder or device where a file is wanted",
    remedy: "Name a file, or remove what stands there",
  },
  DRV_HOST_NOT_A_FOLDER: {
    summary: "A path leads to something else where a folder is wanted",
    remedy: "Name a folder, or remove what stands there",
  },
  DRV_HOST_NOT_A_SYMLINK: {
    summary: "A path does not lead to a symbolic link",
    remedy: "Name a symbolic link, or read the path as a file",
  },
  DRV_HOST_FOLDER_NOT_EMPTY: {
    summary: "A folder still holds something",
    remedy: "Remove its content first, or ask for a recursive removal",
  },
  DRV_HOST_FILE_TOO_LARGE: {
    summary: "A file holds more bytes than may be read at once",
    remedy: "Read a range of it, or raise the limit of the call",
  },
  DRV_HOST_PERMISSION: {
    summary: "The user drover runs as may not do this on the host",
    remedy: "Run drover as a user who may, or use sudo where the operation offers it",
  },
  DRV_HOST_READ_ONLY: {
    summary: "The file system on the host is read-only",
    remedy: "Mount it writable, or choose another path",
  },
  DRV_HOST_DISK_FULL: {
    summary: "The disk or quota on the host is full",
    remedy: "Free space on that file system; what stood there before is intact",
  },
  DRV_HOST_BUSY: {
    summary: "A file or device on the host is in use",
    remedy: "Stop the process that uses it, or unmount it",
  },
  DRV_HOST_OUT_OF_RESOURCES: {
    summary: "The host is out of memory, processes or open files",
    remedy: "Raise its limits (ulimit -n, ulimit -u) or run fewer tasks at once",
  },
  DRV_HOST_SYMLINK_LOOP: {
    summary: "Symbolic links on the host form a loop",
    remedy: "Remove one of the symbolic links",
  },
  DRV_HOST_OTHER_FILE_SYSTEM: {
    summary: "A rename would cross file systems",
    remedy: "Copy the file and remove the source instead",
  },
  DRV_HOST_IO: {
    summary: "The system of the host reported an error that drover has no better word for",
    remedy: "Read the system's word in the message; look at the kernel log and the health of the disk",
  },
  DRV_HOST_UNKNOWN_USER: {
    summary: "A user does not exist on the host",
    remedy: "Create the user in an earlier task, or give a number",
  },
  DRV_HOST_UNKNOWN_GROUP: {
    summary: "A group does not exist on the host",
    remedy: "Create the group in an earlier task, or give a number",
  },
  DRV_HOST_TIMEOUT: {
    summary: "A command or request on the host took longer than it may",
    remedy: "Raise its timeout, or find out what it waits for; its processes were ended",
  },
  DRV_HOST_UNREACHABLE: {
    summary: "The host could not be reached; nothing was started there",
    remedy: "Check that the host is up and that the connection settings are right",
  },
  DRV_HOST_CONNECTION_LOST: {
    summary: "The connection to the host broke while something ran there",
    remedy: "Look on the host whether it took effect; drover does not repeat it blindly",
  },
  DRV_HOST_UNSUPPORTED: {
    summary: "The host lacks a tool that drover needs for this",
    remedy: "Install the tool named in the message on the host",
  },
  DRV_HOST_HTTP_INVALID: {
    summary: "An HTTP request cannot be made as written",
    remedy: "Give an http or https URL, a plain method name and headers without line ends",
  },
  DRV_HOST_HTTP_UNREACHABLE: {
    summary: "An HTTP server did not answer",
    remedy: "Check address, port and whether the service runs; retry when it is starting",
  },
  DRV_HOST_HTTP_TLS: {
    summary: "The certificate of an HTTPS server was refused",
    remedy: "Install the certificate authority on the host, or correct the name in the URL",
  },
  DRV_EXECUTE_NO_HOST: {
    summary: "A job names a host that its executor does not have",
    remedy: "Compare the name with the hosts of the fleet",
  },
  DRV_EXECUTE_ATTEMPT_TIMEOUT: {
    summary: "An attempt took longer than it may and was stopped",
    remedy:
      "Raise the timeout of the task, or find out what it waits for; what it had changed can be undone when reported so",
  },
  DRV_EXECUTE_SCRIPT_FAILED: {
    summary: "A script ended with a non-zero exit code",
    remedy: "Read its output in the result of the task",
  },
  DRV_EXECUTE_GOAL_NOT_REACHED: {
    summary: "An attempt whose result was lost did not reach its goal",
    remedy: "Run the task again; it changes only what still differs",
  },
  DRV_EXECUTE_NOT_REVERSIBLE: {
    summary: "An attempt cannot be undone",
    remedy: "Restore the former state by hand, or declare an undo for the task",
  },
  DRV_EXECUTE_RESULT_INVALID: {
    summary: "An operation returned something that is not plain JSON of bounded size",
    remedy: "Ask the operation for less, or report the provider that returned it",
  },
  DRV_JOURNAL_LOCKED: {
    summary: "Another process executes with the journal of attempts in this folder",
    remedy: "Wait until that process has ended, or give this one a folder of its own",
  },
  DRV_JOURNAL_DAMAGED: {
    summary: "The journal of attempts does not hold what was written to it",
    remedy:
      "Look at the health of the disk. Move the folder away to start with an empty journal; decide yourself about attempts that were running",
  },
  DRV_JOURNAL_FORMAT_UNKNOWN: {
    summary: "The journal of attempts was written by another version of drover",
    remedy: "Use the version that wrote it, or move the folder away when no run is unfinished",
  },
  DRV_JOURNAL_FAILED: {
    summary: "The journal of attempts cannot be opened, read or written",
    remedy: "Make its folder writable and free space there; nothing is started without it",
  },
  DRV_PRE_IMAGE_STORE_FAILED: {
    summary: "What undoing an attempt needs cannot be kept or read",
    remedy: "Make the folder of pre-images writable and free space there",
  },
  DRV_PRE_IMAGE_UNREADABLE: {
    summary: "A pre-image cannot be read with the key that is there, or was changed since it was written",
    remedy: "Bring back the key file that belongs to the folder; without it, restore the former state by hand",
  },
  DRV_CONTENT_NOT_FOUND: {
    summary: "A named or hashed content is not in the content store",
    remedy: "Upload it first with file.upload, or correct the name",
  },
  DRV_CONTENT_CORRUPT: {
    summary: "Stored content no longer has the digest under which it was stored",
    remedy: "Upload the content again and check the disk",
  },
  DRV_CONTENT_STORE_FAILED: {
    summary: "The content store cannot read or write its folder",
    remedy: "Check that the folder exists, is writable and that the disk is not full",
  },

  // providers
  DRV_PROVIDER_PRE_IMAGE_TOO_LARGE: {
    summary: "What a change would replace is too large to keep for undo",
    remedy: "Make a backup of your own and allow the task to be irreversible, or change less at once",
  },
  DRV_PROVIDER_PRE_IMAGE_INVALID: {
    summary: "What was kept for undo cannot be read",
    remedy: "Restore the files by hand; the executor's journal names them",
  },
  DRV_FILE_TYPE_CONFLICT: {
    summary: "Something of another type stands at the path",
    remedy: "Move it away, or name another path",
  },
  DRV_FILE_PARENT_MISSING: {
    summary: "The folder in which something is to be made does not exist",
    remedy: "Create it in an earlier task, or set makeFolders",
  },
  DRV_FILE_MISSING: {
    summary: "A file that is to be edited does not exist",
    remedy: "Deploy it in an earlier task, or set create",
  },
  DRV_FILE_NOT_TEXT: {
    summary: "A file that is to be edited by lines is not text in UTF-8",
    remedy: "Deploy the whole file instead, or convert it to UTF-8",
  },
  DRV_TEMPLATE_SYNTAX: {
    summary: "A template cannot be parsed",
    remedy: "Correct the template at the line and column given",
  },
  DRV_TEMPLATE_UNDEFINED: {
    summary: "A template uses a variable that is not defined",
    remedy: "Give it in vars, correct its name, or write a default filter behind it",
  },
  DRV_TEMPLATE_VALUE: {
    summary: "A template writes a value that has no text form or uses it wrongly",
    remedy: "Write a member of it, or use the filters join or json",
  },
  DRV_TEMPLATE_LIMIT: {
    summary: "A template takes too long or makes too much text",
    remedy: "Bound its loops; a template may run for a second and make 16 MiB",
  },
  DRV_TOOL_FAILED: {
    summary: "A program of the host that an operation uses ended with an error",
    remedy: "Read what it says in the message and put that right on the host",
  },
  DRV_ACCOUNT_UNKNOWN: {
    summary: "A user or group does not exist on the host",
    remedy: "Create it with user.ensure or group.ensure in an earlier task, or correct the name",
  },
  DRV_ACCOUNT_IN_USE: {
    summary: "A group cannot be removed because it is the group of a user",
    remedy: "Remove the user first, or give the user another group",
  },
  DRV_SERVICE_UNKNOWN: {
    summary: "The service manager of the host knows no unit of this name",
    remedy: "Install the package that brings it, or give its file with service.ensure",
  },
  DRV_SERVICE_FAILED: {
    summary: "A unit did not become active in time, or failed",
    remedy: "Read the end of its log in the error; raise timeout when it only needs longer",
  },
  DRV_PACKAGE_UNKNOWN: {
    summary: "The package manager of the host knows no package of this name or version",
    remedy: "Correct the name, refresh the index with package.update, or add the repository that has it",
  },
  DRV_PACKAGE_LOCKED: {
    summary: "Another process holds the lock of the package manager",
    remedy: "Let it end and run the task again; a retry policy does that by itself",
  },
  DRV_CRON_UNKNOWN: {
    summary: "No file of cron has this name",
    remedy: "List the entries with cron.list, or make one with cron.ensure",
  },
  DRV_SYSCTL_UNKNOWN: {
    summary: "The kernel of the host has no parameter of this name",
    remedy: "Correct the key, or load the module that brings it",
  },
  DRV_TIMEZONE_UNKNOWN: {
    summary: "The host does not know a time zone",
    remedy: "Correct the name, or install the package tzdata",
  },
  DRV_NETWORK_UNKNOWN_INTERFACE: {
    summary: "The host has no network interface of this name",
    remedy: "List the interfaces with network.interface.list and correct the name",
  },
  DRV_NETWORK_NO_ANSWER: {
    summary: "Another host did not answer",
    remedy: "Check the address, the routes and the firewalls in between; mustAnswer false makes silence a result",
  },
  DRV_ARCHIVE_UNSAFE: {
    summary: "An archive would write outside of its folder, or holds more than allowed",
    remedy:
      "Do not trust this archive; make one with relative names, without links that lead outside, or raise sizeBytesMax",
  },
  DRV_ARCHIVE_INVALID: {
    summary: "A file cannot be read as an archive, or has not the expected hash",
    remedy: "Fetch the archive again, and check its name and sha256",
  },
  DRV_GIT_REVISION_UNKNOWN: {
    summary: "A repository has no branch, tag or commit of this name",
    remedy: "Correct the revision, or push it to the repository first",
  },
  DRV_GIT_LOCAL_CHANGES: {
    summary: "Files of a checkout were changed on the host",
    remedy: "Save them, or set force to discard them",
  },
  DRV_HEALTH_FAILED: {
    summary: "What was checked did not become healthy in time",
    remedy: "Read the last answer in the error; raise timeout when it only needs longer",
  },
  DRV_PROCESS_UNKNOWN: {
    summary: "The host has no such process",
    remedy: "List the processes with process.list; numbers are used again, so look shortly before",
  },
  DRV_POWER_REFUSED: {
    summary: "A host that is a container cannot be restarted or turned off",
    remedy: "Restart or stop the container from the host it runs on",
  },
  DRV_COMMAND_EXIT: {
    summary: "A command ended with an exit code that does not mean success",
    remedy: "Read its output in the result; list further codes in okExitCodes when they are expected",
  },
  DRV_COMMAND_GUARD: {
    summary: "A guard of a command could not be evaluated",
    remedy: "Correct the program or path in unless, onlyIf, creates or removes",
  },
  DRV_HTTP_UNEXPECTED: {
    summary: "An HTTP answer is not the expected one",
    remedy: "Read the answer in the result; retry the task when the service needs time, or correct expect",
  },
  DRV_DOCKER_UNAVAILABLE: {
    summary: "There is no Docker engine at the socket: it is not installed, not running, or listens elsewhere",
    remedy: "Start Docker on the host, or give its socket as socketPath",
  },
  DRV_DOCKER_PERMISSION: {
    summary: "The account may not use the socket of the Docker engine",
    remedy: "Run as root or as a member of the group that owns the socket",
  },
  DRV_DOCKER_TIMEOUT: {
    summary: "The Docker engine, or a program in a container, did not answer in time",
    remedy: "Look at the engine on the host; it is asked again when the task is retried",
  },
  DRV_DOCKER_CONNECTION_LOST: {
    summary: "The Docker engine closed the connection before it had answered",
    remedy: "Look on the host whether it took effect; retry the task when the engine is back",
  },
  DRV_DOCKER_VERSION: {
    summary: "What answers at the socket is no Docker engine, or one whose API is too old",
    remedy: "Update Docker, or correct socketPath",
  },
  DRV_DOCKER_ANSWER_INVALID: {
    summary: "The Docker engine answered something that its API does not promise",
    remedy: "Report it with the version of Docker",
  },
  DRV_DOCKER_REFUSED: {
    summary: "The Docker engine refused a call; the message has its words",
    remedy: "Correct what it complains about",
  },
  DRV_DOCKER_NO_CONTAINER: {
    summary: "There is no container of this name or id",
    remedy: "Correct the name, or make the container first with docker.ensure",
  },
  DRV_DOCKER_NO_IMAGE: {
    summary: "An image is not on the host",
    remedy: "Fetch it first with docker.pull or docker.load",
  },
  DRV_DOCKER_NAME_TAKEN: {
    summary: "A container of this name is there and differs from what is wanted",
    remedy: "Use docker.ensure to replace it, remove it first, or choose another name",
  },
  DRV_DOCKER_IN_USE: {
    summary: "A container or an image cannot be removed because it is in use",
    remedy: "Stop what uses it first, or give force",
  },
  DRV_DOCKER_NOT_RUNNING: {
    summary: "A program can only be run in a container that runs, and is not paused",
    remedy: "Start the container first",
  },
  DRV_DOCKER_COMMAND_NOT_FOUND: {
    summary: "The container has no such program, or it cannot be run there",
    remedy: "Correct the program, its path and its user",
  },
  DRV_DOCKER_EXIT: {
    summary: "A program in a container ended with an exit code that does not mean success",
    remedy: "Read its output in the result; list further codes in okExitCodes when they are expected",
  },
  DRV_DOCKER_PULL_FAILED: {
    summary: "An image could not be fetched or loaded; the message has the engine's words",
    remedy: "Check the name, the registry, the account and the free space on the host",
  },
  DRV_DOCKER_ARCHIVE_INVALID: {
    summary: "A file is no archive of images: not made by docker save, compressed, or too large",
    remedy: "Make it with docker save, and decompress it first",
  },
  DRV_DOCKER_NOT_CHANGEABLE: {
    summary: "A container differs in what cannot be changed, and replacing it was not allowed",
    remedy: 'Allow it with recreate: "whenNeeded"',
  },

  // fleet
  DRV_FLEET_NO_HOST: {
    summary: "A target matches no host of the fleet",
    remedy: "Name a host or label that exists, or allow an empty target on the task",
  },
  DRV_FLEET_UNKNOWN_HOST: {
    summary: "A host was asked for that is not in the fleet",
    remedy: "Compare the name with the hosts of the fleet file",
  },
  DRV_FLEET_HOST_INVALID: {
    summary: "A host of a fleet has a name or label that no target can name, or a name that another one has",
    remedy: "Use letters, digits, dots, dashes and underscores, and give every host a name of its own",
  },
  DRV_FLEET_FILE_INVALID: {
    summary: "A fleet file does not have the expected form",
    remedy:
      "Correct every listed entry; hosts have a name and may have labels, root, networkNamespace, dockerSocketPath and facts",
  },

  // runner and library

  // eventlog
  DRV_LOG_ABSENT: {
    summary: "There is no log in the folder that was named",
    remedy: "Name the data folder of the runs with --data or DROVER_DATA, or run a plan durably first",
  },
  DRV_LOG_LOCKED: {
    summary: "The data folder is in use: another process, or another log of this one, writes to it",
    remedy: "End that process first, or use its control socket or another data folder",
  },
  DRV_LOG_FOLDER_UNUSABLE: {
    summary: "The data folder cannot be created, read or written",
    remedy: "Look at its owner, mode, file system and free space",
  },
  DRV_LOG_SQLITE_TOO_OLD: {
    summary: "The SQLite of this Node is older than the first one the log can be trusted to",
    remedy: "Use a Node with SQLite 3.51.3 or newer",
  },
  DRV_LOG_FORMAT_UNKNOWN: {
    summary: "The log was written in a format this version does not know",
    remedy: "Use the version that wrote it, or a newer one",
  },
  DRV_LOG_DAMAGED: {
    summary:
      "Files of the log are not as they were written: cut short, changed, or missing; nothing is left out silently",
    remedy: "Copy the folder before anything else, look at the disk, and restore the log from a backup",
  },
  DRV_LOG_WRITE_FAILED: {
    summary: "The log could not be written; nothing more is written by this process, and what was acknowledged is kept",
    remedy: "Look at disk space and disk errors, then start the process again",
  },
  DRV_LOG_CLOSED: {
    summary: "A log was used after it was closed",
    remedy: "Close the log after the runs that use it",
  },
  DRV_LOG_APPEND_IN_FLIGHT: {
    summary: "Two appends of one lane or stream at the same time",
    remedy: "Wait for the first one; writers that share a lane go through one LaneWriter",
  },
  DRV_LOG_APPEND_INVALID: {
    summary: "A batch cannot be kept: its lane, position, stream or rows are not as the log needs them",
    remedy: "Correct the caller; the message names what was found",
  },
  DRV_LOG_LANE_LOST: {
    summary: "Another owner writes to the lane, so this one stopped",
    remedy: "Nothing is lost: what was acknowledged is in the log, and the other owner goes on from there",
  },
  DRV_LOG_ROW_MISSING: {
    summary: "A row was asked for that is older or newer than everything in the log",
    remedy: "Start from the newest snapshot: segments before it may have been dropped",
  },
  DRV_LOG_ROW_UNREADABLE: {
    summary: "A row of the log has the checksum it was written with, but it is no list of events",
    remedy: "Report it with the version that wrote the log; other runs are not touched by it",
  },
  DRV_LOG_LINK_BROKEN: {
    summary: "A row of the log does not lead to the row of its stream before it: one is missing, or stands twice",
    remedy: "Copy the folder before anything else, and restore the log from a backup",
  },
  DRV_LOG_SEAL_BROKEN: {
    summary: "A segment of the log does not end with its seal, or the next one does not begin with what was sealed",
    remedy: "Copy the folder before anything else, and restore the missing segment from a backup",
  },
  DRV_LOG_OWNER_BROKEN: {
    summary: "A row of the log was written by a process that had lost the log to another one",
    remedy:
      "Report it: two processes wrote to one data folder, which its lock forbids; is the folder on a network disk?",
  },
  DRV_LOG_SNAPSHOT_DAMAGED: {
    summary: "A snapshot is not as it was written; the next older one is used",
    remedy: "Nothing is lost: the log is read from an older position; look at the disk",
  },
  DRV_LOG_BLOB_MISSING: {
    summary: "An event names content that is not in the blob store",
    remedy: "Restore the folder of blobs from a backup",
  },
  DRV_LOG_BLOB_DAMAGED: {
    summary: "Content in the blob store is not as it was written",
    remedy: "Restore the blob from a backup, and look at the disk",
  },

  // actor
  DRV_ACTOR_STOPPED: {
    summary: "A message was sent to an actor that has ended, or that ended before it came to the message",
    remedy: "Nothing happened; ask again when its supervisor has started a new one",
  },
  DRV_ACTOR_MAILBOX_FULL: {
    summary: "An actor has as many waiting messages as it may have, and takes no more",
    remedy: "Nothing happened; send again later, or send less at once",
  },
  DRV_ACTOR_FAULTED: {
    summary: "An actor failed while it handled a message; the actor has ended, others go on",
    remedy: "Report it with the cause; its supervisor starts a new one",
  },
  DRV_ACTOR_QUERY_UNKNOWN: {
    summary: "An actor was asked something it has no answer for; it goes on",
    remedy: "Ask one of the questions the message lists",
  },
  DRV_ACTOR_QUERY_ABANDONED: {
    summary: "An answer of an actor was not waited for: its time was up, or whoever asked was stopped",
    remedy: "Ask again, with more time if the actor is busy",
  },
  DRV_SUPERVISOR_CHILD_INVALID: {
    summary: "A supervisor was given a child whose id cannot name it",
    remedy: "Use 1 to 200 visible characters",
  },
  DRV_SUPERVISOR_CHILD_EXISTS: {
    summary: "A supervisor has a child of that name already; it may be running, waiting, or in quarantine",
    remedy: "Give each child a name of its own, or stop the other one first",
  },
  DRV_SUPERVISOR_CHILD_NOT_FOUND: {
    summary: "A supervisor has no child of that name, or it is not in the state in which this can be done",
    remedy: "List the children; those that have ended are forgotten",
  },
  DRV_SUPERVISOR_CHILD_NEEDED: {
    summary: "A child cannot be stopped because others depend on it",
    remedy: "Stop those first",
  },
  DRV_SUPERVISOR_CHILD_FAULTED: {
    summary: "A supervised part of the program failed",
    remedy: "It is restarted by the rules of its supervisor; report it with the output when it fails again",
  },
  DRV_SUPERVISOR_CHILD_STUCK: {
    summary: "A supervised part did not stop in time, so it may still do something",
    remedy: "End the process when it has to be certain that it does nothing",
  },
  DRV_SUPERVISOR_RESTART_LIMIT: {
    summary: "A supervised part failed again and again and is not restarted any more",
    remedy: "Look at the cause; release it when that is gone",
  },
  DRV_SUPERVISOR_DEPENDENCY_DOWN: {
    summary: "A supervised part waits because another one, which it needs, does not run",
    remedy: "Look at the other one; this one starts when it runs",
  },
  DRV_SUPERVISOR_ESCALATED: {
    summary: "A supervisor stopped with all its parts because one it cannot do without cannot be kept running",
    remedy: "Look at the cause",
  },
  DRV_SUPERVISOR_MELTDOWN: {
    summary: "A supervisor stopped with all its parts because they fail more often than restarting can help",
    remedy: "Look at the newest failures, which the cause begins with",
  },
  DRV_SUPERVISOR_STOPPING: {
    summary: "A supervisor that is stopping, or has ended, takes no new work",
    remedy: "Start again after the restart of the program",
  },
  DRV_SUPERVISOR_PHASE_LATE: {
    summary: "A supervised part did not finish a phase of the shutdown in time, which went on without it",
    remedy: "What was acknowledged is kept; give the shutdown more time if this happens often",
  },

  // view
  DRV_VIEW_ROW_UNREADABLE: {
    summary: "A row of the log cannot be understood; the read model leaves out the rest of that run and goes on",
    remedy: "Run `drover log verify`; a newer version of drover may know what this one does not",
  },
  DRV_VIEW_ROW_MISSING: {
    summary: "A row of a run is missing from the log, so the read model leaves out the rest of that run",
    remedy: "Run `drover log verify`; runs whose beginning was dropped with old segments cannot be shown",
  },
  DRV_VIEW_ABSENT: {
    summary: "There is no read model in the data folder",
    remedy: "Make it with `drover log rebuild`",
  },
  DRV_VIEW_DAMAGED: {
    summary: "The read model is not as it was written, or of another version",
    remedy: "Nothing is lost: make it anew with `drover log rebuild`",
  },
  DRV_VIEW_FAILED: {
    summary: "The read model could not be written; runs go on without it",
    remedy: "Look at disk space and disk errors; it catches up once it can be written again",
  },
  DRV_VIEW_QUERY_INVALID: {
    summary: "What was asked of the read model is no valid question: a cursor, a limit or a filter",
    remedy: "Correct what the message names; cursors are those of an earlier answer to the same question",
  },
  // report
  DRV_REPORT_NO_RESULT: {
    summary: "A report or result was asked for a task that the run does not have",
    remedy: "Use the task object, or one of the names in `report.tasks`",
  },
  DRV_REPORT_NO_DATA: {
    summary: "A task whose data were to be decoded returned none",
    remedy: "Look at its status first; skipped and failed tasks often have no data",
  },
  DRV_REPORT_DATA_INVALID: {
    summary: "The data of a task do not match the schema they were decoded with",
    remedy: "Correct the schema, or what the task returns",
  },

  // cli
  DRV_CLI_USAGE: {
    summary: "A command line has an unknown command or option, or a wrong number of arguments",
    remedy: "Follow the hint, or run the command with --help",
  },
  DRV_CLI_PARAMETER_INVALID: {
    summary: "An argument that sets a parameter cannot be read",
    remedy: "Write name=text, or name:=json for numbers, lists and objects",
  },
  DRV_CLI_PLAN_NOT_FOUND: {
    summary: "The file of a plan cannot be opened",
    remedy: "Check the path, which is meant from the current folder",
  },
  DRV_CLI_PLAN_MODULE_FAILED: {
    summary: "A plan module threw while it was loaded or while it made its plan",
    remedy: "Correct the module at the line the message names",
  },
  DRV_CLI_PLAN_EXPORT: {
    summary: "A module does not export a plan under the name that was asked for",
    remedy: "Export a Plan or a synchronous function returning one, or name another export after #",
  },
  DRV_CLI_FILE_FAILED: {
    summary: "A file that the program keeps for itself cannot be read or written",
    remedy: "Check the permissions of the state folder named in the message",
  },
  DRV_CLI_NO_LAST_RUN: {
    summary: "There is no run of this folder to explain",
    remedy: "Run a plan from this folder first, or change to the folder it was run from",
  },
  DRV_CLI_TASK_UNKNOWN: {
    summary: "The run has no task of that name",
    remedy: "Use one of the names that the hint lists",
  },
  DRV_CLI_FILE_EXISTS: {
    summary: "A file that would be made is there already",
    remedy: "Choose another folder, or move the file away",
  },
  DRV_CLI_SAVED_PLAN_INVALID: {
    summary: "A file is not a plan that drover plan -o has saved",
    remedy: "Name a file that drover plan -o has written, or write it again",
  },
  DRV_CLI_SAVED_PLAN_STALE: {
    summary: "A saved plan was made of a plan that has changed since",
    remedy: "Look at the plan again and save it: drover plan … -o FILE",
  },
  DRV_CLI_SAVED_PLAN_DRIFTED: {
    summary: "A host is not as it was found when the plan was saved",
    remedy: "Look at the plan again and save it: drover plan … -o FILE",
  },
  DRV_CLI_NOTHING_FOUND: {
    summary: "Nothing matches what was asked for",
    remedy: "Ask for something less specific",
  },
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
