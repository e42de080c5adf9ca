/** What `godwit completion SHELL` prints. The scripts know nothing of the commands: they ask `godwit __complete`, so that they never grow old. */

import { completeWord } from './command.ts';

/** Alone on a line of its answer: the shell's own completion of paths is wanted. */
export const filesLine = ':files';

/**
 * Bash breaks words at `=` and `:` too, and replaces only what is behind the last of them: the pieces are put together to ask
 * and cut off again to answer. Runs under the bash 3.2 of macOS.
 */
const bash = `# godwit completion for bash
_godwit() {
  local line piece cur='' answer
  local -a typed
  typed=()
  local i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    piece="\${COMP_WORDS[i]}"
    if [[ $i -gt 1 && ( $piece == [=:]* || $cur == *[=:] ) ]]; then
      cur="$cur$piece"
      typed[\${#typed[@]}-1]="$cur"
    else
      cur="$piece"
      typed[\${#typed[@]}]="$cur"
    fi
  done
  local behind=''
  case "$cur" in *[=:]*) behind="\${cur%"\${cur##*[=:]}"}" ;; esac
  COMPREPLY=()
  answer="$(command godwit ${completeWord} -- "\${typed[@]}" 2>/dev/null)" || return 0
  while IFS= read -r line; do
    [[ -n $line ]] || continue
    if [[ $line == '${filesLine}' ]]; then
      while IFS= read -r line; do COMPREPLY[\${#COMPREPLY[@]}]="$line"; done < <(compgen -f -- "\${cur#"$behind"}")
      compopt -o filenames 2>/dev/null
      return 0
    fi
    line="\${line%%$'\\t'*}"
    COMPREPLY[\${#COMPREPLY[@]}]="\${line#"$behind"}"
  done <<<"$answer"
  return 0
}
complete -F _godwit godwit`;

const zsh = `#compdef godwit
# godwit completion for zsh
_godwit() {
  local line candidate summary
  local -a described
  for line in "\${(@f)$(command godwit ${completeWord} -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    if [[ $line == '${filesLine}' ]]; then
      [[ $PREFIX == -*=* ]] && compset -P '*='
      _files
      return
    fi
    candidate="\${line%%$'\\t'*}"
    [[ $line == *$'\\t'* ]] && summary=":\${line#*$'\\t'}" || summary=''
    described+=("\${candidate//:/\\\\:}$summary")
  done
  (( $#described )) && _describe -V -t godwit godwit described
}
if [[ $funcstack[1] == _godwit ]]; then
  _godwit "$@"
else
  compdef _godwit godwit
fi`;

const fish = `# godwit completion for fish
function __godwit_complete
    set -l typed (commandline -opc)
    set -e typed[1]
    set -l current (commandline -ct)
    for line in (command godwit ${completeWord} -- $typed "$current" 2>/dev/null)
        if test "$line" = '${filesLine}'
            __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$current")
        else
            echo $line
        end
    end
end
complete -c godwit -e
complete -c godwit -f -k -a '(__godwit_complete)'`;

/** By the shell's name. */
export const completionScripts = { bash, zsh, fish } as const;
