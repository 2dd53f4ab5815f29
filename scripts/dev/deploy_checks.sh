# What is known of deployments without a machine, for ./dev test --deploy. Sourced.
# shellcheck shell=bash

check_deploy() {
  step deploy-shell "Checking the scripts" check_scripts
  check_terraform
  step deploy-policy "Checking the infrastructure against policies" check_policies
  step deploy-ansible "Checking the playbooks" check_playbooks
  step deploy-actions "Checking the workflows" check_workflows
  step deploy-migrations "Checking that migrations let servers go on" deploy/check/migrations
  step deploy-dashboard "Checking the dashboard" check_dashboard
  step deploy-release "Checking what tells programs of a new version" deploy/check/release
}

check_scripts() {
  shellcheck --external-sources --severity=warning dev scripts/dev/*.sh
  steps_stop
  shellcheck --external-sources deploy/backup/{backup,rehearse,restore,common.sh} deploy/standby/{build,take-over,common.sh} deploy/release/gather deploy/check/{migrations,release}
}

# A step whose command goes on after an error would pass with it.
steps_stop() {
  local folder status=0
  folder=$(mktemp -d)
  ROOT=$folder bash -euo pipefail -c '. scripts/dev/common.sh && in_the_middle() { false; true; } && step it "A step that fails in the middle" in_the_middle' || status=$?
  rm -rf "$folder"
  [ "$status" -eq 1 ] || fail "A step of ./dev does not stop at its first error."
}

check_terraform() {
  if command -v terraform >/dev/null; then
    step deploy-terraform "Checking format and tables of the infrastructure" terraform_itself
  else
    leave_out "the infrastructure's format and the tests of who may reach whom: Terraform is in no registry of packages that this command uses; install it yourself (1.10 or newer)"
  fi
  step deploy-names "Checking every name of the infrastructure" names_exist
}

# As far as it goes without the providers: the format, and all of the modules that need none.
terraform_itself() {
  local module
  export TF_IN_AUTOMATION=1 TF_DATA_DIR=$DEPLOY_DIR/terraform
  unset TF_CLI_CONFIG_FILE
  terraform fmt -check -recursive -diff deploy/terraform
  for module in reach addresses; do
    terraform -chdir="deploy/terraform/modules/$module" init -input=false -no-color
    terraform -chdir="deploy/terraform/modules/$module" validate -no-color
    terraform -chdir="deploy/terraform/modules/$module" test -no-color
  done
}

names_exist() {
  local broken=$DEPLOY_DIR/broken
  "$DEPLOY_TOOLS/bin/python" deploy/check/terraform_names.py deploy/terraform "$DEPLOY_TOOLS"/providers/*.whl
  # And it would say so if one did not.
  rm -rf "$broken" && cp -a deploy/terraform "$broken"
  sed -i 's/http_tokens/http_token/' "$broken/modules/machine/main.tf"
  ! "$DEPLOY_TOOLS/bin/python" deploy/check/terraform_names.py "$broken" "$DEPLOY_TOOLS"/providers/*.whl
}

# What is not as a policy wants it says why beside it: `checkov:skip=…: reason`.
check_policies() {
  "$DEPLOY_TOOLS/checkov/bin/checkov" --directory deploy/terraform --framework terraform --compact --quiet --skip-download
  # CKV_GHA_7: an input chooses among named environments; it builds nothing.
  "$DEPLOY_TOOLS/checkov/bin/checkov" --directory .github/workflows --framework github_actions --compact --quiet --skip-download \
    --skip-check CKV_GHA_7
  ! grep -rnE 'checkov:skip=[A-Z0-9_]+ *(:|$) *$' deploy/terraform
}

# In their folder, where Ansible's settings are.
check_playbooks() (
  cd deploy/ansible || exit
  ansible-lint --offline --nocolor --strict
  for playbook in playbooks/*.yml; do
    ansible-playbook --inventory localhost, --syntax-check "$playbook"
  done
)

check_workflows() {
  actionlint -no-color .github/workflows/*.yml
  zizmor --offline --no-progress --color never .github/workflows
}

# Every expression is of a name that the server or an exporter gives, and no two panels lie on each other.
check_dashboard() { "$DEPLOY_TOOLS/bin/python" deploy/check/dashboard.py deploy/grafana/beads-box.json deploy/grafana/metrics.txt deploy/terraform/modules/watch; }
