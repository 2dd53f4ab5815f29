variables {
  cidr  = "10.40.0.0/16"
  zones = ["a", "b", "c"]
}

run "each_tier_has_a_subnet_in_each_zone" {
  command = plan

  assert {
    condition     = length(output.subnets) == 9 && length(distinct([for subnet in output.subnets : subnet.cidr])) == 9
    error_message = "Two subnets share their addresses, or one is missing."
  }
  assert {
    condition     = output.subnets["data_c"].cidr == "10.40.160.0/20"
    error_message = "A subnet moved: the machines in it would be made anew."
  }
}

run "a_fourth_zone_moves_no_other" {
  command = plan

  variables {
    zones = ["a", "b", "c", "d"]
  }

  assert {
    condition     = output.subnets["data_c"].cidr == "10.40.160.0/20" && output.subnets["public_a"].cidr == "10.40.0.0/20"
    error_message = "A subnet moved: the machines in it would be made anew."
  }
}

run "one_zone_is_none" {
  command = plan

  variables {
    zones = ["a"]
  }

  expect_failures = [var.zones]
}
