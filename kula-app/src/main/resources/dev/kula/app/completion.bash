
# Values such as csv:FILE name a file behind the colon, where bash begins another word and zsh does not.
_kula() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} kind="" prefix=""
  local kinds='^(csv|idx|parquet|folder|leaf|torchscript)$'
  if [[ $word == : ]]; then
    kind=$before word=""
  elif [[ $before == : ]]; then
    kind=${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $word == *:* ]]; then
    kind=${word%%:*} prefix=${word%%:*}: word=${word#*:}
  fi
  if [[ $kind =~ $kinds ]]; then
    type compopt &>/dev/null && compopt -o filenames
    local IFS=$'\n'
    COMPREPLY=( $(compgen -P "$prefix" -f -- "$word") )
  else
    _complete_kula
  fi
}
complete -F _kula -o default kula kula.sh kula.bash
