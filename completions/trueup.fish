# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_trueup_global_optspecs
    string join \n C= config= age-key-file= kubeconfig= context= no-cache n/namespace= timeout= as= as-group= o/output= report= color= q/quiet v/verbose h/help V/version
end

function __fish_trueup_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_trueup_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_trueup_using_subcommand
    set -l cmd (__fish_trueup_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c trueup -n "__fish_trueup_needs_command" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_needs_command" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_needs_command" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_needs_command" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_needs_command" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_needs_command" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_needs_command" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_needs_command" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_needs_command" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_needs_command" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_needs_command" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_needs_command" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_needs_command" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_needs_command" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_needs_command" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "render" -d 'Prints the desired objects, each with its source'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "check" -d 'Checks the desired objects without a cluster'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "diff" -d 'Shows field by field what differs between the repository and the cluster'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "plan" -d 'Shows what apply would do, in order, and whether it may'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "apply" -d 'Makes the cluster as the repository says, waits, and records it'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "rollback" -d 'Deploys an earlier commit again'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "adopt" -d 'Takes objects over that another tool or environment has'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "forget" -d 'Lets objects go without deleting them'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "delete" -d 'Deletes a whole target: its objects, and its history'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "status" -d 'Shows what is deployed, whether it drifted, and its health'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "history" -d 'Lists the releases, or shows one'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "health" -d 'Judges live objects given as YAML or JSON, without a cluster'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "hold" -d 'Shows what may not be deployed again after a rollback, or ends that'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "lock" -d 'Shows who holds an environment\'s lock, or breaks it'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "sandbox" -d 'Runs a throw-away Kubernetes control plane on this machine'
complete -c trueup -n "__fish_trueup_needs_command" -f -a "completions" -d 'Prints a shell\'s completion script'
complete -c trueup -n "__fish_trueup_using_subcommand render" -s f -l filename -d 'A file or folder to deploy without a trueup.yaml, - for standard input (repeatable)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand render" -l name -d 'Keep an inventory and a history for what -f names, under this name' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -l ref -d 'Read from this commit, branch or tag instead of the work tree' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -l var -d 'Set a variable for sources with `substitute: true`, or for what -f names (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -l var-file -d 'Set the variables that this YAML file has (repeatable; --var wins)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand render" -l kubernetes-version -d 'Render charts as for this version of Kubernetes, such as 1.34 [default: the newest known]' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -l api-version -d 'Render charts as where this is served, too: a version such as monitoring.coreos.com/v1, or a kind such as monitoring.coreos.com/v1/ServiceMonitor (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -l split -d 'Write a file for each object into this folder, and remove those that are no longer rendered' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand render" -l check -d 'Fail if --split would change this folder, and say in which files' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand render" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand render" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand render" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand render" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand render" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand render" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand render" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand render" -l all -d 'All environments'
complete -c trueup -n "__fish_trueup_using_subcommand render" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand render" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand render" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand render" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand render" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand check" -s f -l filename -d 'A file or folder to deploy without a trueup.yaml, - for standard input (repeatable)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand check" -l name -d 'Keep an inventory and a history for what -f names, under this name' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -l ref -d 'Read from this commit, branch or tag instead of the work tree' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -l var -d 'Set a variable for sources with `substitute: true`, or for what -f names (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -l var-file -d 'Set the variables that this YAML file has (repeatable; --var wins)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand check" -l kubernetes-version -d 'Check against this version of Kubernetes, such as 1.34 [default: the newest known]' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand check" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand check" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand check" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand check" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand check" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand check" -l all -d 'All environments'
complete -c trueup -n "__fish_trueup_using_subcommand check" -l strict -d 'Take notes for errors'
complete -c trueup -n "__fish_trueup_using_subcommand check" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand check" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand check" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand check" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -s f -l filename -d 'A file or folder to deploy without a trueup.yaml, - for standard input (repeatable)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l name -d 'Keep an inventory and a history for what -f names, under this name' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l ref -d 'Read from this commit, branch or tag instead of the work tree' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l var -d 'Set a variable for sources with `substitute: true`, or for what -f names (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l var-file -d 'Set the variables that this YAML file has (repeatable; --var wins)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l only -d 'Only the objects that this fits: KIND/NAME, NAMESPACE/KIND/NAME, kind=, name=, namespace=, label= or path=, with commas for all at once and * for any text (repeatable; deletes nothing)' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l except -d 'All but the objects that this fits, as with --only (repeatable; deletes nothing)' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l concurrency -d 'How many requests may be under way at once; fewer while the server is busy [default: 16]' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l max-delete -d 'Refuse to delete more objects than this: a number, or a share such as 20%' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l override -d 'Let a plan pass that this guard refuses (repeatable; needs --reason)' -r -f -a "owner\t''
adopt\t''
conflict\t''
protect\t''
delete-limit\t''
everything-removed\t''
immutable\t''
drift\t''
repository\t''
order\t''
hold\t''
branch\t''
config\t''
after\t''
signature\t''"
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l reason -d 'Why a guard is overridden; it is recorded' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l kubernetes-version -d 'Render charts as for this version of Kubernetes, such as 1.34 [default: the newest known]' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l api-version -d 'Render charts as where this is served, too: a version such as monitoring.coreos.com/v1, or a kind such as monitoring.coreos.com/v1/ServiceMonitor (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l all -d 'All environments'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l exact -d 'Ask the API server about every object, even where a proof exists'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l no-prune -d 'Leave objects alone that are no longer in the repository'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l cause -d 'Tell for each change which commit asked for it (the default)'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l no-cause -d 'Don\'t look for the commits that asked for changes'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l drift -d 'Show only what moved in the cluster since the last deployment'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l strict -d 'With --drift: what others have set beside what was deployed counts, too'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l unified -d 'Show YAML before and after, as a patch'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l exit-code -d 'Exit with 2 when something differs'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l show-unchanged -d 'List the objects too that don\'t differ'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand diff" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -s f -l filename -d 'A file or folder to deploy without a trueup.yaml, - for standard input (repeatable)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l name -d 'Keep an inventory and a history for what -f names, under this name' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l ref -d 'Read from this commit, branch or tag instead of the work tree' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l var -d 'Set a variable for sources with `substitute: true`, or for what -f names (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l var-file -d 'Set the variables that this YAML file has (repeatable; --var wins)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l only -d 'Only the objects that this fits: KIND/NAME, NAMESPACE/KIND/NAME, kind=, name=, namespace=, label= or path=, with commas for all at once and * for any text (repeatable; deletes nothing)' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l except -d 'All but the objects that this fits, as with --only (repeatable; deletes nothing)' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l concurrency -d 'How many requests may be under way at once; fewer while the server is busy [default: 16]' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l max-delete -d 'Refuse to delete more objects than this: a number, or a share such as 20%' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l override -d 'Let a plan pass that this guard refuses (repeatable; needs --reason)' -r -f -a "owner\t''
adopt\t''
conflict\t''
protect\t''
delete-limit\t''
everything-removed\t''
immutable\t''
drift\t''
repository\t''
order\t''
hold\t''
branch\t''
config\t''
after\t''
signature\t''"
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l reason -d 'Why a guard is overridden; it is recorded' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l out -d 'Save the plan, for apply --plan' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand plan" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l all -d 'All environments'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l exact -d 'Ask the API server about every object, even where a proof exists'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l no-prune -d 'Leave objects alone that are no longer in the repository'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l cause -d 'Tell for each change which commit asked for it (the default)'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l no-cause -d 'Don\'t look for the commits that asked for changes'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l exit-code -d 'Exit with 2 when there is something to do'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l show-unchanged -d 'List the objects too that stay as they are'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand plan" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -s f -l filename -d 'A file or folder to deploy without a trueup.yaml, - for standard input (repeatable)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l name -d 'Keep an inventory and a history for what -f names, under this name' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l ref -d 'Read from this commit, branch or tag instead of the work tree' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l var -d 'Set a variable for sources with `substitute: true`, or for what -f names (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l var-file -d 'Set the variables that this YAML file has (repeatable; --var wins)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l only -d 'Only the objects that this fits: KIND/NAME, NAMESPACE/KIND/NAME, kind=, name=, namespace=, label= or path=, with commas for all at once and * for any text (repeatable; deletes nothing)' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l except -d 'All but the objects that this fits, as with --only (repeatable; deletes nothing)' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l concurrency -d 'How many requests may be under way at once; fewer while the server is busy [default: 16]' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l max-delete -d 'Refuse to delete more objects than this: a number, or a share such as 20%' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l override -d 'Let a plan pass that this guard refuses (repeatable; needs --reason)' -r -f -a "owner\t''
adopt\t''
conflict\t''
protect\t''
delete-limit\t''
everything-removed\t''
immutable\t''
drift\t''
repository\t''
order\t''
hold\t''
branch\t''
config\t''
after\t''
signature\t''"
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l reason -d 'Why a guard is overridden; it is recorded' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l plan -d 'Refuse unless the plan is the one saved in this file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l expect -d 'Refuse unless the plan has this digest' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l wait -d 'Whose health decides how the run ends: of what it changes, or of everything [default: changed]' -r -f -a "changed\t'Of what the run changes; what else isn\'t healthy is told'
all\t'Of everything'"
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l wait-timeout -d 'How long to wait for health' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l lock-timeout -d 'How long to wait for another run on the same target [default: 1m]' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l all -d 'All environments'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l exact -d 'Ask the API server about every object, even where a proof exists'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l no-prune -d 'Leave objects alone that are no longer in the repository'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l cause -d 'Tell for each change which commit asked for it (the default)'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l no-cause -d 'Don\'t look for the commits that asked for changes'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -s y -l yes -d 'Don\'t ask'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l dry-run -d 'Only show the plan'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l fail-fast -d 'Start nothing more after the first failure'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l no-wait -d 'Don\'t wait for health'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l dirty -d 'Deploy the work tree although it isn\'t committed'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l rollback-on-failure -d 'When it fails, put the last healthy release back'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l keep-secrets -d 'In a rollback after a failure, leave live Secrets as they are: neither change nor delete them'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l skip-superseded -d 'Succeed and change nothing when the deployed commit is newer than this one'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand apply" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l release -d 'The release to go back to' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l hold -d 'Hold everything afterwards, until `trueup hold clear`, instead of what was rolled back alone' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l var -d 'Set a variable instead of what the release had, or one whose value isn\'t recorded (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l var-file -d 'Set the variables that this YAML file has (repeatable; --var wins)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l only -d 'Only the objects that this fits: KIND/NAME, NAMESPACE/KIND/NAME, kind=, name=, namespace=, label= or path=, with commas for all at once and * for any text (repeatable; deletes nothing)' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l except -d 'All but the objects that this fits, as with --only (repeatable; deletes nothing)' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l concurrency -d 'How many requests may be under way at once; fewer while the server is busy [default: 16]' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l max-delete -d 'Refuse to delete more objects than this: a number, or a share such as 20%' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l override -d 'Let a plan pass that this guard refuses (repeatable; needs --reason)' -r -f -a "owner\t''
adopt\t''
conflict\t''
protect\t''
delete-limit\t''
everything-removed\t''
immutable\t''
drift\t''
repository\t''
order\t''
hold\t''
branch\t''
config\t''
after\t''
signature\t''"
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l reason -d 'Why a guard is overridden; it is recorded' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l plan -d 'Refuse unless the plan is the one saved in this file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l expect -d 'Refuse unless the plan has this digest' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l wait -d 'Whose health decides how the run ends: of what it changes, or of everything [default: changed]' -r -f -a "changed\t'Of what the run changes; what else isn\'t healthy is told'
all\t'Of everything'"
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l wait-timeout -d 'How long to wait for health' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l lock-timeout -d 'How long to wait for another run on the same target [default: 1m]' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l keep-secrets -d 'Leave live Secrets as they are: neither change nor delete them; what is missing is created'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l exact -d 'Ask the API server about every object, even where a proof exists'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l no-prune -d 'Leave objects alone that are no longer in the repository'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l cause -d 'Tell for each change which commit asked for it (the default)'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l no-cause -d 'Don\'t look for the commits that asked for changes'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -s y -l yes -d 'Don\'t ask'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l dry-run -d 'Only show the plan'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l fail-fast -d 'Start nothing more after the first failure'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l no-wait -d 'Don\'t wait for health'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand rollback" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l ref -d 'Read from this commit, branch or tag instead of the work tree' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l plan -d 'Refuse unless the plan is the one saved in this file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l expect -d 'Refuse unless the plan has this digest' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l wait -d 'Whose health decides how the run ends: of what it changes, or of everything [default: changed]' -r -f -a "changed\t'Of what the run changes; what else isn\'t healthy is told'
all\t'Of everything'"
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l wait-timeout -d 'How long to wait for health' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l lock-timeout -d 'How long to wait for another run on the same target [default: 1m]' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l override -d 'Let a plan pass that this guard refuses (repeatable; needs --reason)' -r -f -a "owner\t''
adopt\t''
conflict\t''
protect\t''
delete-limit\t''
everything-removed\t''
immutable\t''
drift\t''
repository\t''
order\t''
hold\t''
branch\t''
config\t''
after\t''
signature\t''"
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l reason -d 'Why a guard is overridden; it is recorded' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l rebuild -d 'Make an inventory again that was deleted, or lacks something: from the objects that carry its label and from the records'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l dirty -d 'Take the work tree although it isn\'t committed'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -s y -l yes -d 'Don\'t ask'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l dry-run -d 'Only show the plan'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l fail-fast -d 'Start nothing more after the first failure'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l no-wait -d 'Don\'t wait for health'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand adopt" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand forget" -s f -l filename -d 'A file or folder to deploy without a trueup.yaml, - for standard input (repeatable)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l name -d 'Keep an inventory and a history for what -f names, under this name' -r
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l lock-timeout -d 'How long to wait for another run on the same target [default: 1m]' -r
complete -c trueup -n "__fish_trueup_using_subcommand forget" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand forget" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand forget" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand forget" -s y -l yes -d 'Don\'t ask'
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l dry-run -d 'Only show the plan'
complete -c trueup -n "__fish_trueup_using_subcommand forget" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand forget" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand forget" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand forget" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l name -d 'The name under which what -f named was deployed' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l confirm -d 'The environment\'s name, or what --name says, once more, instead of typing it when asked' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l override -d 'Let a plan pass that this guard refuses (repeatable; needs --reason)' -r -f -a "protect\t''
repository\t''"
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l reason -d 'Why a guard is overridden' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l wait-timeout -d 'How long to wait until all of it is gone' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l lock-timeout -d 'How long to wait for another run on the same target [default: 1m]' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand delete" -s y -l yes -d 'Don\'t ask (needs --confirm)'
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l dry-run -d 'Only show the plan'
complete -c trueup -n "__fish_trueup_using_subcommand delete" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand delete" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand delete" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand delete" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand status" -l name -d 'The name under which what -f named was deployed; with ENV, the name in its trueup.yaml' -r
complete -c trueup -n "__fish_trueup_using_subcommand status" -l ref -d 'Tell how far this branch, tag or commit is from what is deployed, instead of the one checked out' -r
complete -c trueup -n "__fish_trueup_using_subcommand status" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand status" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand status" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand status" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand status" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand status" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand status" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand status" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand status" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand status" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand status" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand status" -l all -d 'All environments'
complete -c trueup -n "__fish_trueup_using_subcommand status" -l tree -d 'Show what controllers made for each object, down to pods'
complete -c trueup -n "__fish_trueup_using_subcommand status" -s w -l watch -d 'Go on showing it as it changes, until interrupted'
complete -c trueup -n "__fish_trueup_using_subcommand status" -l exit-code -d 'Exit with 2 when something drifted, isn\'t healthy, or isn\'t deployed yet'
complete -c trueup -n "__fish_trueup_using_subcommand status" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand status" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand status" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand status" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand history" -l at -d 'Show the release that was deployed at this time, such as 2026-05-01T12:00Z, or at the end of a day' -r
complete -c trueup -n "__fish_trueup_using_subcommand history" -l name -d 'The name under which what -f named was deployed; with ENV, the name in its trueup.yaml' -r
complete -c trueup -n "__fish_trueup_using_subcommand history" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand history" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand history" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand history" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand history" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand history" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand history" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand history" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand history" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand history" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand history" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand history" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand history" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand history" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand history" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand history" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand health" -s f -l filename -d 'A file or folder with live objects, - for standard input (repeatable)' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand health" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand health" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand health" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand health" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand health" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand health" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand health" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand health" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand health" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand health" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand health" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand health" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand health" -l exit-code -d 'Exit with 2 when something isn\'t ready'
complete -c trueup -n "__fish_trueup_using_subcommand health" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand health" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand health" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand health" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand health" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -f -a "show" -d 'Shows what is held, since when, by whom and why'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and not __fish_seen_subcommand_from show clear" -f -a "clear" -d 'Ends the hold: everything may be deployed again'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l lock-timeout -d 'How long to wait for another run on the same target [default: 1m]' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -s y -l yes -d 'Don\'t ask'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand hold; and __fish_seen_subcommand_from clear" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -f -a "show" -d 'Shows who holds the lock, since when, and when it expires'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and not __fish_seen_subcommand_from show break" -f -a "break" -d 'Ends the lock; a run that holds it starts no new writes'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l name -d 'The name under which what -f named was deployed' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l name -d 'The name under which what -f named was deployed' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -s y -l yes -d 'Don\'t ask'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand lock; and __fish_seen_subcommand_from break" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l dir -d 'Its folder; needed when there are several' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -f -a "start" -d 'Starts one and leaves it running'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -f -a "stop" -d 'Stops it and removes its folder'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and not __fish_seen_subcommand_from start stop status" -f -a "status" -d 'Says whether it runs, and how to reach it'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l dir -d 'Its folder; needed when there are several' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from start" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l dir -d 'Its folder; needed when there are several' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from stop" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l dir -d 'Its folder; needed when there are several' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c trueup -n "__fish_trueup_using_subcommand completions" -s C -d 'Run as if started in this folder' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l config -d 'The configuration, instead of the trueup.yaml found from here upwards' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l age-key-file -d 'The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l kubeconfig -d 'The kubeconfig file' -r -F
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l context -d 'The kubeconfig\'s context' -r
complete -c trueup -n "__fish_trueup_using_subcommand completions" -s n -l namespace -d 'The namespace of objects that name none' -r
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l timeout -d 'How long one request may take' -r
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l as -d 'Act as this user' -r
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l as-group -d 'Act as a member of this group (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand completions" -s o -l output -d 'What to print on standard output' -r -f -a "text\t'For people'
json\t'One JSON document'
jsonl\t'JSON, a line for each event of a run and one for its outcome'
yaml\t'YAML, where objects are printed'
markdown\t'Markdown, for plans, diffs and outcomes'"
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l report -d 'Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)' -r
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and `CLICOLOR_FORCE` are heeded too)'
always\t'Always'
never\t'Never'"
complete -c trueup -n "__fish_trueup_using_subcommand completions" -l no-cache -d 'Neither use nor keep what earlier runs have kept in the user\'s cache folder'
complete -c trueup -n "__fish_trueup_using_subcommand completions" -s q -l quiet -d 'Print only the result and errors'
complete -c trueup -n "__fish_trueup_using_subcommand completions" -s v -l verbose -d 'Say more'
complete -c trueup -n "__fish_trueup_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c trueup -n "__fish_trueup_using_subcommand completions" -s V -l version -d 'Print version'
