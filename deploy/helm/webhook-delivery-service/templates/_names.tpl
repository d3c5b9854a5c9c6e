{{- define "webhooks.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- /* At most 40 characters, so that suffixes fit into 63. */ -}}
{{- define "webhooks.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "webhooks.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "webhooks.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "webhooks.selector" -}}
app.kubernetes.io/name: {{ include "webhooks.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "webhooks.labels" -}}
{{ include "webhooks.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "webhooks.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "webhooks.serviceAccount" -}}
{{- .Values.serviceAccount.existing | default (include "webhooks.fullname" .) -}}
{{- end -}}

{{- define "webhooks.secret" -}}
{{- $given := .Values.secrets -}}
{{- if .Values.existingSecret -}}
{{- if $given }}{{ fail "Set existingSecret or secrets, not both." }}{{ end -}}
{{- .Values.existingSecret -}}
{{- else if not $given -}}
{{- fail "Set existingSecret to the name of a Secret with DATABASE_URL, REDIS_URL and ENCRYPTION_KEY, or set these under secrets." -}}
{{- else -}}
{{- if not $given.DATABASE_URL }}{{ fail "secrets.DATABASE_URL is missing." }}{{ end -}}
{{- if not (or $given.ENCRYPTION_KEY $given.ENCRYPTION_KEYS) }}{{ fail "secrets.ENCRYPTION_KEY is missing; make one with: openssl rand -hex 32" }}{{ end -}}
{{- if and (eq .Values.mode "split") (not $given.REDIS_URL) }}{{ fail "secrets.REDIS_URL is missing: Redis carries jobs from the API to the workers. Set it, or mode to single." }}{{ end -}}
{{- if and (or (gt (int .Values.api.replicas) 1) .Values.api.autoscaling.enabled) (not $given.REDIS_URL) }}{{ fail "secrets.REDIS_URL is missing: several replicas need it. Set it, or api.replicas to 1." }}{{ end -}}
{{- include "webhooks.fullname" . -}}
{{- end -}}
{{- end -}}

{{- define "webhooks.migrationName" -}}
{{- printf "%s-migrate" (include "webhooks.fullname" .) -}}
{{- end -}}

{{- /* What the migration needs as a hook. Helm leaves hooks behind, so these are removed after it. */ -}}
{{- define "webhooks.beforeMigration" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: '-1'
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{- define "webhooks.settings" -}}
{{- range $name, $value := .Values.settings }}
{{- if has $name (list "PORT" "ADMIN_PORT") }}
{{- fail (printf "settings.%s: containers listen on 8000, and on 9000 for health and metrics; set service.port instead." $name) }}
{{- else if has $name (list "DATABASE_URL" "DATABASE_READ_URL" "REDIS_URL" "EGRESS_PROXY_URL" "ENCRYPTION_KEY" "ENCRYPTION_KEYS" "BOOTSTRAP_API_KEY") }}
{{- fail (printf "settings.%s: put it into existingSecret or secrets, because everyone may read a ConfigMap." $name) }}
{{- end }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end -}}
